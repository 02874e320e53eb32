"""What does the model compute?  A Llama decoder whose router decides how many experts a token gets.

"Harder Tasks Need More Experts" (arXiv 2403.07652), section 3: softmax over the router logits, then the smallest set
of experts whose probabilities sum to p (Top-P). Parameter names are those of the released checkpoint, so that the
state dict is the safetensors file.

Shapes: B sequences, T tokens each, H hidden, N = B*T rows, E experts, I expert width, V vocabulary."""
from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn


@dataclass(frozen=True)
class Config:
    vocab_size: int = 3072
    hidden_size: int = 128
    intermediate_size: int = 256        # width of one expert
    num_hidden_layers: int = 6
    num_attention_heads: int = 4
    num_experts: int = 8
    top_p_threshold: float = 0.4        # p of the paper's released model
    max_position_embeddings: int = 512
    rope_theta: float = 10_000.0
    rms_norm_eps: float = 1e-6
    initializer_range: float = 0.02


@dataclass
class Routing:
    """What one layer's router did with N rows."""
    probabilities: Tensor               # [N, E] float32, rows sum to 1
    selected: Tensor                    # [N, E] bool


def top_p(probabilities: Tensor, p: float) -> Tensor:
    """[N, E] probabilities -> [N, E] mask of the smallest set whose float32 sum is >= p (paper, equation 4).

    The expert that crosses p is kept, so at least one always is; equal probabilities go to the lower index;
    p >= 1 keeps all, whatever rounding makes of the sum."""
    if p >= 1:
        return torch.ones_like(probabilities, dtype=torch.bool)
    ranked, order = torch.sort(probabilities, dim=-1, descending=True, stable=True)
    reached = torch.cumsum(ranked, dim=-1) >= p
    keep = torch.ones_like(reached)
    keep[:, 1:] = ~reached[:, :-1]      # rank i stays unless the ranks above it already reach p
    return torch.zeros_like(keep).scatter_(1, order, keep)


class RMSNorm(nn.Module):
    def __init__(self, size: int, eps: float):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.ones(size)), eps

    def forward(self, x: Tensor) -> Tensor:
        return self.weight * (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps))


class Attention(nn.Module):
    """Llama's: causal, RoPE on halves, scores divided by sqrt(head size), as many key as query heads."""

    def __init__(self, c: Config):
        super().__init__()
        self.heads = c.num_attention_heads
        for name in ("q_proj", "k_proj", "v_proj", "o_proj"):
            setattr(self, name, nn.Linear(c.hidden_size, c.hidden_size, bias=False))

    def forward(self, x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
        B, T, H = x.shape
        q, k, v = (proj(x).view(B, T, self.heads, -1).transpose(1, 2)       # (B, heads, T, H / heads)
                   for proj in (self.q_proj, self.k_proj, self.v_proj))
        y = F.scaled_dot_product_attention(rotate(q, cos, sin), rotate(k, cos, sin), v, is_causal=True)
        return self.o_proj(y.transpose(1, 2).reshape(B, T, H))


def rope_tables(length: int, head_size: int, theta: float) -> tuple[Tensor, Tensor]:
    """cos and sin, [length, head_size]; the second half repeats the first (half-split layout)."""
    frequency = theta ** (-torch.arange(0, head_size, 2).float() / head_size)
    angle = torch.arange(length).float()[:, None] * frequency
    angle = torch.cat((angle, angle), dim=-1)
    return angle.cos(), angle.sin()


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Rotate the pairs (i, i + head_size / 2) of [..., T, head_size] by the position's angles."""
    a, b = x.chunk(2, dim=-1)
    return x * cos + torch.cat((-b, a), dim=-1) * sin


class Expert(nn.Module):
    """SwiGLU: down(silu(gate x) * up x)."""

    def __init__(self, c: Config):
        super().__init__()
        self.gate_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=False)
        self.up_proj = nn.Linear(c.hidden_size, c.intermediate_size, bias=False)
        self.down_proj = nn.Linear(c.intermediate_size, c.hidden_size, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class MoE(nn.Module):
    """Top-P mixture: each expert computes only the rows that selected it. Gate weight = raw probability."""

    def __init__(self, c: Config):
        super().__init__()
        self.p = c.top_p_threshold
        self.router = nn.Linear(c.hidden_size, c.num_experts, bias=False)
        self.experts = nn.ModuleList(Expert(c) for _ in range(c.num_experts))

    def forward(self, x: Tensor, select=None) -> tuple[Tensor, Routing]:
        """x [N, H]; `select` replaces the native rule: [N, E] probabilities -> [N, E] mask."""
        probabilities = F.softmax(self.router(x).float(), dim=-1)
        selected = top_p(probabilities.detach(), self.p) if select is None else select(probabilities)
        out = torch.zeros_like(x)
        for e, expert in enumerate(self.experts):       # ascending, the order in which floats are added
            rows = selected[:, e].nonzero().squeeze(1)
            if len(rows):
                weight = probabilities[:, e].index_select(0, rows)[:, None]
                out.index_add_(0, rows, expert(x.index_select(0, rows)) * weight)
        return out, Routing(probabilities, selected)


class Layer(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.input_norm = RMSNorm(c.hidden_size, c.rms_norm_eps)
        self.self_attn = Attention(c)
        self.post_attention_norm = RMSNorm(c.hidden_size, c.rms_norm_eps)
        self.mlp = MoE(c)


class Decoder(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.embed_tokens = nn.Embedding(c.vocab_size, c.hidden_size)
        self.layers = nn.ModuleList(Layer(c) for _ in range(c.num_hidden_layers))
        self.norm = RMSNorm(c.hidden_size, c.rms_norm_eps)


class DynamicModel(nn.Module):
    def __init__(self, c: Config):
        super().__init__()
        self.config = c
        self.model = Decoder(c)
        self.lm_head = nn.Linear(c.hidden_size, c.vocab_size, bias=False)       # untied, as in the paper
        cos, sin = rope_tables(c.max_position_embeddings, c.hidden_size // c.num_attention_heads, c.rope_theta)
        self.register_buffer("cos", cos, persistent=False)
        self.register_buffer("sin", sin, persistent=False)

    def initialise(self, seed: int) -> None:
        """Normal(0, initializer_range); the projections that write to the residual stream are scaled down by depth."""
        g = torch.Generator().manual_seed(seed)
        for name, w in self.named_parameters():
            if w.dim() == 2:
                deep = name.endswith(("o_proj.weight", "down_proj.weight"))
                std = self.config.initializer_range / (math.sqrt(2 * self.config.num_hidden_layers) if deep else 1)
                nn.init.normal_(w, 0.0, std, generator=g)

    def forward(self, ids: Tensor, select=None) -> tuple[Tensor, list[Routing]]:
        """ids [B, T] -> logits [B, T, V] and one Routing per layer, rows in the order of ids.flatten()."""
        B, T = ids.shape
        cos, sin = self.cos[:T], self.sin[:T]
        x, routing = self.model.embed_tokens(ids), []                           # (B, T, H)
        for layer in self.model.layers:
            x = x + layer.self_attn(layer.input_norm(x), cos, sin)
            y, r = layer.mlp(layer.post_attention_norm(x).view(B * T, -1), select)
            x = x + y.view(B, T, -1)
            routing.append(r)
        return self.lm_head(self.model.norm(x)), routing
