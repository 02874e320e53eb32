"""What is the model trained to do?  Predict the next token, use all experts, and be sure of its choice.

"Harder Tasks Need More Experts" (arXiv 2403.07652), section 3.3:  L = L_lm + 1e-2 L_balance + 1e-4 L_dynamic.
The two auxiliary losses are taken per layer and averaged over the layers."""
from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from model import Routing

BALANCE_WEIGHT = 1e-2
DYNAMIC_WEIGHT = 1e-4


def language_model_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy in nats; logits [B, T, V], targets [B, T]."""
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def balance_loss(r: Routing) -> Tensor:
    """L_balance = E * sum_i f_i Q_i (arXiv 2403.07652, load balance loss).

    f_i: share of the rows that selected expert i (a count, no gradient); Q_i: mean router probability of expert i.
    Under uniform routing it equals the mean number of experts."""
    f = r.selected.float().mean(0)              # (E,)
    q = r.probabilities.mean(0)                 # (E,)
    return r.probabilities.shape[1] * (f * q).sum()


def dynamic_loss(r: Routing) -> Tensor:
    """L_dynamic = -sum_i P_i log P_i, averaged over the rows (arXiv 2403.07652, dynamic loss).

    The router's entropy in nats: without it a router may spread its mass to run more experts everywhere."""
    p = r.probabilities
    return -torch.xlogy(p, p).sum(-1).mean()


@dataclass
class Losses:
    total: Tensor
    language_model: Tensor
    balance: Tensor
    dynamic: Tensor


def training_loss(logits: Tensor, targets: Tensor, routing: list[Routing]) -> Losses:
    lm = language_model_loss(logits, targets)
    balance = torch.stack([balance_loss(r) for r in routing]).mean()
    dynamic = torch.stack([dynamic_loss(r) for r in routing]).mean()
    return Losses(lm + BALANCE_WEIGHT * balance + DYNAMIC_WEIGHT * dynamic, lm, balance, dynamic)
