"""How is the demo model trained?  `python training/train.py --minutes 28`: data, tokenizer, loop, export.

Needs nothing prepared: missing corpus and tokenizer are made first. A checkpoint in state/ is continued (`--fresh`
starts again), so a crash costs at most CHECKPOINT_SECONDS. Each step draws its batch from its own number, so a
resumed run sees the same batches. The step at which time runs out depends on the machine; `--steps` fixes it."""
from __future__ import annotations

import argparse
import json
import math
import os
import time
from dataclasses import asdict

os.environ.setdefault("OMP_WAIT_POLICY", "passive")     # spinning threads starve whatever shares the cores

import numpy as np
import torch

import data
import tokenizer
from losses import training_loss
from model import Config, DynamicModel

SEED = 20240312
CHECKPOINT = data.STATE / "checkpoint.pt"
LOG = data.STATE / "log.jsonl"
CHECKPOINT_SECONDS = 120
MIX = {"prose": 0.42, "docs": 0.24, "code": 0.10, "tasks": 0.24}   # share of the sequences; see MODEL_CARD.md
BATCH, LENGTH = 4, 512
PEAK_RATE, FLOOR, WARM_UP, CLIP = 3e-3, 0.05, 60, 1.0
ADAM = {"betas": (0.9, 0.95), "eps": 1e-8}
WEIGHT_DECAY = 0.05         # on matrices only


# ------------------------------------------------------------------------------------------ token streams
def streams() -> dict[str, np.ndarray]:
    """Token ids by "kind" (training) and "kind-held-out", uint16, documents closed by <|endoftext|>. Cached."""
    path = data.STATE / "tokens.npz"
    if not data.CORPUS.exists():
        data.collect()
    if not tokenizer.TOKENIZER.exists():
        tokenizer.train()
    if not path.exists():
        t, parts = tokenizer.load(), {}
        end = t.token_to_id(tokenizer.END_OF_TEXT)
        documents = [json.loads(line) for line in data.CORPUS.open()]
        np.random.default_rng(SEED).shuffle(documents)      # neighbours in a window come from different sources
        for d, e in zip(documents, t.encode_batch([d["text"] for d in documents])):
            key = d["kind"] + ("-held-out" if d["heldOut"] else "")
            parts.setdefault(key, []).append(np.array(e.ids + [end], dtype=np.uint16))
        np.savez(path, **{k: np.concatenate(v) for k, v in parts.items()})
    with np.load(path) as f:
        return {k: f[k] for k in f.files}


def batch(tokens: dict[str, np.ndarray], step: int) -> tuple[torch.Tensor, torch.Tensor]:
    """inputs and targets [BATCH, LENGTH] of a step: a kind by MIX, then a random window of its stream."""
    rng = np.random.default_rng((SEED, step))
    rows = []
    for kind in rng.choice(list(MIX), size=BATCH, p=list(MIX.values())):
        at = rng.integers(len(tokens[kind]) - LENGTH - 1)
        rows.append(tokens[kind][at:at + LENGTH + 1])
    x = torch.from_numpy(np.stack(rows).astype(np.int64))
    return x[:, :-1], x[:, 1:]


# ------------------------------------------------------------------------------------------ loop
def rate(progress: float, step: int) -> float:
    """Linear warm-up, then cosine from PEAK_RATE to FLOOR of it over `progress` 0 to 1."""
    cosine = FLOOR + (1 - FLOOR) * 0.5 * (1 + math.cos(math.pi * min(1.0, progress)))
    return PEAK_RATE * min(1.0, (step + 1) / WARM_UP) * cosine


def make_optimiser(model: DynamicModel) -> torch.optim.AdamW:
    matrices = [w for w in model.parameters() if w.dim() >= 2]
    vectors = [w for w in model.parameters() if w.dim() < 2]
    return torch.optim.AdamW([{"params": matrices, "weight_decay": WEIGHT_DECAY}, {"params": vectors, "weight_decay": 0.0}],
                             lr=PEAK_RATE, fused=True, **ADAM)


def save(model: DynamicModel, optimiser, step: int, seconds: float) -> None:
    part = CHECKPOINT.with_suffix(".part")
    torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict(), "step": step, "seconds": seconds,
                "config": asdict(model.config)}, part)
    part.rename(CHECKPOINT)         # never a half-written checkpoint


def train(minutes: float, steps: int | None, fresh: bool) -> None:
    torch.manual_seed(SEED)
    tokens = streams()
    print("tokens: " + ", ".join(f"{k} {len(v) / 1e6:.2f} M" for k, v in sorted(tokens.items())), flush=True)
    model = DynamicModel(Config())
    model.initialise(SEED)
    optimiser = make_optimiser(model)
    step, before = 0, 0.0
    if CHECKPOINT.exists() and not fresh:
        saved = torch.load(CHECKPOINT)
        model.load_state_dict(saved["model"])
        optimiser.load_state_dict(saved["optimiser"])
        step, before = saved["step"], saved["seconds"]
        print(f"continuing at step {step} after {before / 60:.1f} minutes", flush=True)
    else:
        LOG.unlink(missing_ok=True)
    start = saved_at = said_at = time.monotonic()
    budget = minutes * 60
    smooth = None
    while True:
        now = time.monotonic()
        seconds = before + now - start
        progress = step / steps if steps else seconds / budget
        if progress >= 1:
            break
        for group in optimiser.param_groups:
            group["lr"] = rate(progress, step)
        inputs, targets = batch(tokens, step)
        logits, routing = model(inputs)
        losses = training_loss(logits, targets, routing)
        losses.total.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP)
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)
        step += 1
        lm = losses.language_model.item()
        smooth = lm if smooth is None else 0.95 * smooth + 0.05 * lm
        if now - said_at > 10:
            said_at = now
            means = [r.selected.sum(-1).float().mean().item() for r in routing]
            left = seconds * (1 - progress) / max(progress, 1e-9)
            line = {"step": step, "tokens": step * BATCH * LENGTH, "seconds": round(seconds), "loss": round(smooth, 4),
                    "balance": round(losses.balance.item(), 4), "dynamic": round(losses.dynamic.item(), 4),
                    "meanExperts": [round(m, 3) for m in means]}
            with LOG.open("a") as f:
                f.write(json.dumps(line) + "\n")
            print(f"step {step:5d}  {line['tokens'] / 1e6:5.2f} M tokens  loss {smooth:.3f}  balance {line['balance']:.2f}  entropy "
                  f"{line['dynamic']:.2f}  experts {' '.join(f'{m:.2f}' for m in means)}  {100 * progress:4.1f} %  {left / 60:.1f} min left", flush=True)
        if now - saved_at > CHECKPOINT_SECONDS:
            saved_at = now
            save(model, optimiser, step, seconds)
    save(model, optimiser, step, before + time.monotonic() - start)
    print(f"trained {step} steps, {step * BATCH * LENGTH / 1e6:.2f} M tokens", flush=True)


def main() -> None:
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--minutes", type=float, default=28, help="time of the training loop in all, resumed runs included (default 28)")
    ap.add_argument("--steps", type=int, help="train exactly this many steps instead")
    ap.add_argument("--threads", type=int, default=os.cpu_count(), help="one is faster than several while the cores are busy with other work")
    ap.add_argument("--fresh", action="store_true", help="ignore an earlier checkpoint")
    ap.add_argument("--no-export", action="store_true", help="leave media/demo-model/ alone")
    a = ap.parse_args()
    torch.set_num_threads(a.threads)
    train(a.minutes, a.steps, a.fresh)
    if not a.no_export:
        import export
        export.export()


if __name__ == "__main__":
    main()
