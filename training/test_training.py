"""Claims about the parts that training rests on: `pytest training`. No data and no checkpoint needed."""
import math
import sys
from pathlib import Path

import pytest
import torch

sys.path.insert(0, str(Path(__file__).parent))

import losses
from model import Config, DynamicModel, MoE, Routing, top_p

TINY = Config(vocab_size=17, hidden_size=16, intermediate_size=8, num_hidden_layers=2, num_attention_heads=2, num_experts=4, max_position_embeddings=12)

# Two rows, three experts. f = (2, 1, 0) / 2 rows = (1, 0.5, 0); Q = (0.55, 0.3, 0.15).
HAND = Routing(torch.tensor([[0.6, 0.3, 0.1], [0.5, 0.3, 0.2]]), torch.tensor([[True, False, False], [True, True, False]]))


def test_balance_loss_of_a_hand_computed_case():
    assert losses.balance_loss(HAND).item() == pytest.approx(3 * (1.0 * 0.55 + 0.5 * 0.3 + 0.0 * 0.15))


def test_balance_loss_of_uniform_routing_is_the_mean_count():
    r = Routing(torch.full((8, 4), 0.25), torch.eye(4, dtype=torch.bool).repeat(2, 1) | torch.eye(4, dtype=torch.bool).roll(1, 1).repeat(2, 1))
    assert losses.balance_loss(r).item() == pytest.approx(2.0)


def test_dynamic_loss_of_a_hand_computed_case():
    entropy = lambda row: -sum(p * math.log(p) for p in row)
    assert losses.dynamic_loss(HAND).item() == pytest.approx((entropy([0.6, 0.3, 0.1]) + entropy([0.5, 0.3, 0.2])) / 2)


def test_dynamic_loss_of_a_certain_router_is_zero_and_not_nan():
    assert losses.dynamic_loss(Routing(torch.tensor([[1.0, 0.0]]), torch.tensor([[True, False]]))).item() == 0.0


def test_total_loss_has_the_weights_of_the_paper():
    logits, targets = torch.zeros(1, 2, 5), torch.tensor([[1, 2]])
    total = losses.training_loss(logits, targets, [HAND, HAND]).total.item()
    assert total == pytest.approx(math.log(5) + 1e-2 * losses.balance_loss(HAND).item() + 1e-4 * losses.dynamic_loss(HAND).item())


@pytest.mark.parametrize("row, p, kept", [
    ([0.50, 0.30, 0.15, 0.05], 0.40, [0]),              # the first expert alone reaches p
    ([0.30, 0.25, 0.25, 0.20], 0.40, [0, 1]),           # the tie at the edge goes to the lower index
    ([0.25, 0.25, 0.25, 0.25], 0.50, [0, 1]),           # sum equal to p is enough (>=)
    ([0.25, 0.25, 0.25, 0.25], 0.51, [0, 1, 2]),
    ([0.10, 0.20, 0.30, 0.40], 0.70, [2, 3]),           # order is by probability, not by index
    ([0.97, 0.01, 0.01, 0.01], 0.00, [0]),              # at least one expert
    ([0.97, 0.01, 0.01, 0.01], 1.00, [0, 1, 2, 3]),     # p >= 1 keeps all
])
def test_top_p_keeps_the_smallest_set_that_reaches_p(row, p, kept):
    assert top_p(torch.tensor([row]), p)[0].nonzero().squeeze(1).tolist() == kept


def test_moe_equals_the_sum_over_all_experts_with_unselected_weights_set_to_zero():
    torch.manual_seed(0)
    moe, x = MoE(TINY), torch.randn(9, TINY.hidden_size)
    out, r = moe(x)
    dense = sum(expert(x) * (r.probabilities * r.selected)[:, e, None] for e, expert in enumerate(moe.experts))
    assert torch.allclose(out, dense, atol=1e-6)


def test_an_expert_that_no_token_selected_is_not_run():
    moe = MoE(TINY)
    with torch.no_grad():
        moe.router.weight.zero_()
        moe.router.weight[2, :] = 1.0
    called = []
    for e, expert in enumerate(moe.experts):
        expert.register_forward_hook(lambda *_, e=e: called.append(e))
    moe(torch.ones(3, TINY.hidden_size))
    assert called == [2]


def test_the_language_model_loss_reaches_every_router():
    model = DynamicModel(TINY)
    model.initialise(0)
    ids = torch.randint(0, TINY.vocab_size, (2, 12), generator=torch.Generator().manual_seed(1))
    logits, _ = model(ids[:, :-1])
    losses.language_model_loss(logits, ids[:, 1:]).backward()
    for layer in model.model.layers:
        assert layer.mlp.router.weight.grad.abs().sum() > 0


@pytest.mark.parametrize("loss", [losses.balance_loss, losses.dynamic_loss])
def test_each_auxiliary_loss_reaches_the_router_alone(loss):
    torch.manual_seed(0)
    moe = MoE(TINY)
    _, r = moe(torch.randn(9, TINY.hidden_size))
    loss(r).backward()
    assert moe.router.weight.grad.abs().sum() > 0
    assert all(w.grad is None for w in moe.experts.parameters())


def test_a_token_does_not_see_what_follows():
    model = DynamicModel(TINY)
    model.initialise(0)
    a = torch.arange(10)[None] % TINY.vocab_size
    b = a.clone()
    b[0, 6:] = 3
    assert torch.allclose(model(a)[0][0, :6], model(b)[0][0, :6], atol=1e-6)
