"""What should MoE Lens compute for the demo model?  Its golden trace, from PyTorch in float32.

    python training/reference_trace.py --text media/sample/prompt.md --out test/fixtures/demo

writes expected.json (schema moe-lens.expected/1) and text.txt for the policies native, top-k:2 and top-p:0.7.
It stops when a selection is closer than MARGIN to a tie (Top-P: in probability; Top-K: in router logits): then
another engine's rounding could flip it."""
from __future__ import annotations

import argparse
import json
import math
from pathlib import Path

import safetensors
import tokenizers
import torch
import torch.nn.functional as F
from torch import Tensor

import export
import tokenizer
from model import DynamicModel, top_p

POLICIES = ["native", "top-k:2", "top-p:0.7"]
MARGIN = 1e-4


# ------------------------------------------------------------------------------------------ policies
def selector(policy: str, native_p: float):
    """A policy as (function from [N, E] probabilities to a [N, E] mask, function to its margin)."""
    kind, _, value = policy.partition(":")
    if kind == "top-k":
        return (lambda P: top_k(P, int(value))), (lambda P: top_k_margin(P, int(value)))
    p = native_p if kind == "native" else float(value)
    return (lambda P: top_p(P, p)), (lambda P: top_p_margin(P, p))


def top_k(P: Tensor, k: int) -> Tensor:
    """The k most probable experts, ties to the lower index."""
    order = torch.sort(P, dim=-1, descending=True, stable=True).indices[:, :k]
    return torch.zeros_like(P, dtype=torch.bool).scatter_(1, order, True)


def top_k_margin(P: Tensor, k: int) -> float:
    """Smallest distance in router logits (ln P) between the last expert kept and the first left out.

    Not in probability: where the router is nearly certain (P = 0.9999, 4e-5, 3e-5, ...) ranks 2 and 3 are always
    within 1e-4 of each other, yet far apart in logits, which is where rounding acts."""
    s = torch.sort(P.double().log(), dim=-1, descending=True).values
    return (s[:, k - 1] - s[:, k]).min().item() if k < P.shape[1] else math.inf


def top_p_margin(P: Tensor, p: float) -> float:
    """Smallest distance of a cumulative sum from p, or of the last expert kept from the first left out."""
    if p >= 1:
        return math.inf
    s = torch.sort(P, dim=-1, descending=True, stable=True).values
    to_threshold = (torch.cumsum(s, dim=-1) - p).abs().min().item()
    t = top_p(P, p).sum(-1)
    s = torch.cat((s, torch.full_like(s[:, :1], -math.inf)), dim=1)         # all kept: nothing is left out
    to_next = (s.gather(1, t[:, None] - 1) - s.gather(1, t[:, None])).min().item()
    return min(to_threshold, to_next)


# ------------------------------------------------------------------------------------------ tokens
def utf16(text: str, i: int) -> int:
    """Offset in UTF-16 code units of code point i."""
    return len(text[:i].encode("utf-16-le")) // 2


def token_spans(text: str) -> list[dict]:
    """Ids with UTF-16 spans. trim_offsets is off in this tokenizer, so spans tile the text, leading spaces included."""
    enc = tokenizer.load(export.TARGET / "tokenizer.json").encode(text)
    spans = [{"id": i, "start": utf16(text, s), "end": utf16(text, e)} for i, (s, e) in zip(enc.ids, enc.offsets)]
    assert spans[0]["start"] == 0 and spans[-1]["end"] == utf16(text, len(text))
    assert all(a["end"] >= b["start"] for a, b in zip(spans, spans[1:])), "spans must cover the text"
    return spans


# ------------------------------------------------------------------------------------------ trace
def rounded(values, digits: int = 5) -> list[float]:
    return [round(float(v), digits) for v in values]


@torch.no_grad()
def run(model: DynamicModel, ids: list[int], policy: str) -> tuple[dict, float]:
    """(one entry of expected.json's `policies`, smallest margin of the run)."""
    select, margin_of = selector(policy, model.config.top_p_threshold)
    logits, routing = model(torch.tensor([ids]), select)
    log_p = F.log_softmax(logits[0].double(), dim=-1)                       # (T, V)
    layers = []
    for i, r in enumerate(routing):
        order = torch.sort(r.probabilities, dim=-1, descending=True, stable=True).indices
        kept = [[e for e in row.tolist() if r.selected[t, e]] for t, row in enumerate(order)]
        layers.append({"layer": i, "counts": [len(k) for k in kept], "ids": kept,
                       "weights": [rounded(r.probabilities[t, k]) for t, k in enumerate(kept)],
                       "probabilities": [rounded(row) for row in r.probabilities]})
    simulated = policy not in ("native", f"top-p:{model.config.top_p_threshold}")
    record = {"simulated": simulated, "surprisal": [None] + [round(-log_p[t - 1, ids[t]].item(), 5) for t in range(1, len(ids))],
              "argmax": logits[0].argmax(-1).tolist(), "lastLogits": rounded(logits[0, -1], 4), "layers": layers}
    return record, min(margin_of(r.probabilities) for r in routing)


def expected(model: DynamicModel, text: str, policies: list[str]) -> dict:
    spans, c = token_spans(text), model.config
    runs = {p: run(model, [s["id"] for s in spans], p) for p in policies}
    return {"schema": "moe-lens.expected/1", "name": "demo",
            "madeWith": {"torch": torch.__version__.split("+")[0], "tokenizers": tokenizers.__version__, "safetensors": safetensors.__version__},
            "model": {"family": "dynamic", "layers": c.num_hidden_layers, "moeLayers": list(range(c.num_hidden_layers)), "experts": c.num_experts,
                      "native": {"kind": "top-p", "p": c.top_p_threshold}},
            "text": text, "tokens": spans, "minMargin": round(min(m for _, m in runs.values()), 7),
            "policies": {p: record for p, (record, _) in runs.items()}}


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--text", type=Path, required=True)
    ap.add_argument("--out", type=Path, required=True, help="folder for expected.json and text.txt")
    ap.add_argument("--policy", action="append", help=f"repeatable; default {' '.join(POLICIES)}")
    a = ap.parse_args()
    torch.set_num_threads(1)                # sums in one order, run after run
    text = a.text.read_bytes().decode()     # as is: no newline conversion
    record = expected(export.load_exported(), text, a.policy or POLICIES)
    print(f"{len(record['tokens'])} tokens, smallest margin {record['minMargin']:.1e}")
    if record["minMargin"] <= MARGIN:
        raise SystemExit(f"a selection is within {MARGIN} of a tie; change the text slightly")
    a.out.mkdir(parents=True, exist_ok=True)
    (a.out / "text.txt").write_bytes(text.encode())
    (a.out / "expected.json").write_bytes((json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n").encode())


if __name__ == "__main__":
    main()
