"""What ships?  media/demo-model/, written from state/checkpoint.pt: `python training/export.py`.

The config spells the routing as the paper's released checkpoint does: model_type "llama" plus num_experts,
experts_topk, expert_frequency and top_p_threshold. Weights are bf16; all figures are measured on the bf16 weights,
in float32, on held-out documents."""
from __future__ import annotations

import json
import math
import os
from pathlib import Path

os.environ.setdefault("OMP_WAIT_POLICY", "passive")     # before torch: see train.py

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file, save_file

import data
import tokenizer
import train
from model import Config, DynamicModel

TARGET = Path(__file__).parent.parent / "media" / "demo-model"
EVALUATION_TOKENS = 16_384          # per kind of text, where there is as much
WEIGHTS_LIMIT = 12 * 1024 * 1024    # the extension carries this file


def config_json(c: Config, end_of_text: int) -> dict:
    return {
        "architectures": ["LlamaForCausalLM"],
        "model_type": "llama",
        "hidden_act": "silu",
        "hidden_size": c.hidden_size,
        "intermediate_size": c.intermediate_size,
        "num_hidden_layers": c.num_hidden_layers,
        "num_attention_heads": c.num_attention_heads,
        "num_key_value_heads": c.num_attention_heads,
        "num_experts": c.num_experts,
        "experts_topk": 2,
        "expert_frequency": 1,
        "top_p_threshold": c.top_p_threshold,
        "max_position_embeddings": c.max_position_embeddings,
        "rms_norm_eps": c.rms_norm_eps,
        "rope_theta": c.rope_theta,
        "rope_scaling": None,
        "initializer_range": c.initializer_range,
        "attention_dropout": 0.0,
        "tie_word_embeddings": False,
        "vocab_size": c.vocab_size,
        "torch_dtype": "bfloat16",
        "use_cache": True,
        "bos_token_id": None,
        "eos_token_id": end_of_text,
        "pad_token_id": None,
    }


def load_exported(folder: Path = TARGET) -> DynamicModel:
    """The shipped checkpoint in float32."""
    c = json.loads((folder / "config.json").read_text())
    fields = {k: c[k] for k in Config.__dataclass_fields__}
    model = DynamicModel(Config(**fields))
    model.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()}, strict=True)
    return model.eval()


# ------------------------------------------------------------------------------------------ figures
@torch.no_grad()
def routing_of(model: DynamicModel, stream: np.ndarray, limit: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(loss [N] in nats, counts [N, layers], ids [N] of the token each count belongs to) over windows of a stream."""
    length = model.config.max_position_embeddings
    losses, counts, ids = [], [], []
    for at in range(0, min(limit, len(stream) - length - 1), length):
        w = torch.from_numpy(stream[at:at + length + 1].astype(np.int64))[None]
        logits, routing = model(w[:, :-1])
        losses.append(F.cross_entropy(logits[0], w[0, 1:], reduction="none").numpy())
        counts.append(torch.stack([r.selected.sum(-1) for r in routing], dim=1).numpy())
        ids.append(w[0, :-1].numpy())
    return np.concatenate(losses), np.concatenate(counts), np.concatenate(ids)


def unigram_loss(training: np.ndarray, held_out: np.ndarray, vocab: int) -> float:
    """Nats per token of the best guess that ignores context: token frequencies of the same kind of training text."""
    frequency = np.bincount(training, minlength=vocab) + 1.0
    return float(-np.log(frequency / frequency.sum())[held_out].mean())


def share_explained_by_id(counts: np.ndarray, ids: np.ndarray) -> float:
    """Share of the variance of a token's mean count that its id alone explains (ids seen once count as explained)."""
    mean = counts.mean(1)
    total, n = np.bincount(ids, weights=mean), np.bincount(ids)
    return float(1 - ((mean - (total / np.maximum(n, 1))[ids]) ** 2).sum() / ((mean - mean.mean()) ** 2).sum())


def figures(model: DynamicModel) -> dict:
    tokens, kinds = train.streams(), {}
    all_counts, all_ids = [], []
    for kind, share in train.MIX.items():
        loss, counts, ids = routing_of(model, tokens[f"{kind}-held-out"], EVALUATION_TOKENS)
        evaluated = tokens[f"{kind}-held-out"][1:len(loss) + 1]
        mean = counts.mean(1)
        kinds[kind] = {"shareOfTraining": share, "heldOutTokens": len(loss), "loss": round(float(loss.mean()), 4),
                       "unigramLoss": round(unigram_loss(tokens[kind], evaluated, model.config.vocab_size), 4),
                       "meanExperts": round(float(mean.mean()), 3), "stdOverTokens": round(float(mean.std()), 3),
                       "meanExpertsPerLayer": [round(float(x), 3) for x in counts.mean(0)],
                       "stdPerLayer": [round(float(x), 3) for x in counts.std(0)]}
        all_counts.append(counts)
        all_ids.append(ids)
    weighted = lambda key: round(sum(k["shareOfTraining"] * k[key] for k in kinds.values()), 4)
    counts, ids = np.concatenate(all_counts), np.concatenate(all_ids)
    mean = counts.mean(1)
    return {"heldOutLoss": weighted("loss"), "unigramLoss": weighted("unigramLoss"), "uniformLoss": round(math.log(model.config.vocab_size), 4),
            "meanExperts": round(float(mean.mean()), 3), "meanExpertsPerLayer": [round(float(x), 3) for x in counts.mean(0)],
            "stdPerLayer": [round(float(x), 3) for x in counts.std(0)], "stdOverTokens": round(float(mean.std()), 3),
            "minMaxOfTokenMean": [round(float(mean.min()), 3), round(float(mean.max()), 3)],
            "varianceExplainedByTokenId": round(share_explained_by_id(counts, ids), 3), "kinds": kinds}


# ------------------------------------------------------------------------------------------ card
def row(cells) -> str:
    return "| " + " | ".join(str(c) for c in cells) + " |\n"


def model_card(run: dict) -> str:
    f, t = run["heldOut"], run["training"]
    layers = range(run["model"]["layers"])
    sources = "".join(row([s["source"], s["what"], s["kind"], f"{s['characters'] / 1e6:.1f}", s["licence"]]) for s in run["data"]["sources"])
    kinds = "".join(row([k, f"{v['shareOfTraining']:.0%}", f"{v['loss']:.2f}", f"{v['unigramLoss']:.2f}", f"{v['meanExperts']:.2f}", f"{v['stdOverTokens']:.2f}"])
                    for k, v in f["kinds"].items())
    return f"""# The demo model of MoE Lens

A very small mixture-of-experts language model whose router decides how many experts each token gets, after
"Harder Tasks Need More Experts" (arXiv 2403.07652). It is bundled so that MoE Lens shows real routing without a
download. **It is not a useful language model**: it writes fluent-looking fragments, knows nothing and answers
hardly any question. What it is for: showing counts that differ by token and by layer, quickly, on any machine.

## Shape

{run['model']['parameters'] / 1e6:.2f} M parameters in bf16; {run['model']['layers']} layers, all MoE; hidden {run['model']['hiddenSize']}; {run['model']['heads']} heads; {run['model']['experts']} experts of width {run['model']['expertWidth']};
Top-P with p = {run['model']['topP']}; gate weight = raw probability; context {run['model']['context']} tokens; byte-level BPE of {run['model']['vocab']} tokens, no BOS; untied embeddings.

## Training

L = L_lm + 1e-2 L_balance + 1e-4 L_dynamic. {t['steps']} steps of {t['batch']} x {t['length']} tokens = {t['tokens'] / 1e6:.2f} M tokens in {t['minutes']:.0f} minutes on {t['machine']};
AdamW, peak rate {t['peakRate']}, cosine. No accelerator. One run; nothing was tuned on the held-out text.

## Held-out figures

Loss {f['heldOutLoss']:.3f} nats per token in the training mix; token frequencies alone give {f['unigramLoss']:.3f}, a uniform guess {f['uniformLoss']:.3f}.

{row(["text", "share of training", "loss", "unigram loss", "mean experts", "std over tokens"])}{row(["---"] * 6)}{kinds}
Mean experts {f['meanExperts']:.2f} of {run['model']['experts']}, standard deviation over tokens {f['stdOverTokens']:.2f} (of each token's mean over layers; {f['minMaxOfTokenMean'][0]:.2f} to {f['minMaxOfTokenMean'][1]:.2f}).

{row(["layer", *layers])}{row(["---"] * (len(layers) + 1))}{row(["mean experts", *f['meanExpertsPerLayer']])}{row(["std over tokens", *f['stdPerLayer']])}
## Data and licences

{run['data']['characters'] / 1e6:.1f} M characters after cleaning and de-duplication, from Debian 12 packages and generated tasks. All permissive or
public domain; the Brown corpus (non-commercial) and GPL, GFDL or CC BY-SA texts were left out.

{row(["source", "what", "kind", "M characters", "licence"])}{row(["---"] * 5)}{sources}
The weights carry the licence of this repository. Acknowledged here: the Python Software Foundation, the Rust project
developers, Django Software Foundation, PostgreSQL Global Development Group, the SQLite authors, the Perl 5 Porters, the Go authors,
Julia Silge (janeaustenr), the World English Bible contributors, the Jargon File editors, Linus Walleij.
The Jargon File and The Devil's Dictionary hold old jokes and slurs of their time; the model may echo them.

## Limits

- English, some Python and Go. Other languages fall apart into bytes, which shows as unusual counts.
- {t['tokens'] / 1e6:.1f} M training tokens are about {t['tokens'] / run['model']['parameters']:.1f} per parameter; the paper's model had 100 thousand M. Do not read the paper's results into its numbers.
- A count mostly says *which* token it is: the token's id alone explains {f['varianceExplainedByTokenId']:.0%} of the variance of its mean count on
  held-out text. No link between count and difficulty was measured for this checkpoint: say "experts", not "difficult".
- Layer 0 is nearly certain at most tokens ({f['meanExpertsPerLayer'][0]:.2f} experts on average): little to see there, and not the paper's shape, whose lowest
  layer uses most. Under `top-k:2` its second expert has a weight near zero, and its rank is decided by tiny probabilities.
- Probabilities are close together at some tokens, so a count may change with rounding between engines; MoE Lens shows the margin.
- Text past 512 tokens was never seen in training.
"""


def export() -> None:
    saved = torch.load(train.CHECKPOINT)
    c = Config(**saved["config"])
    TARGET.mkdir(parents=True, exist_ok=True)
    t = tokenizer.load()
    end = t.token_to_id(tokenizer.END_OF_TEXT)

    def dump(name: str, obj: dict) -> None:
        (TARGET / name).write_text(json.dumps(obj, indent=2, ensure_ascii=False) + "\n")

    dump("config.json", config_json(c, end))
    save_file({k: v.to(torch.bfloat16).contiguous() for k, v in saved["model"].items()}, TARGET / "model.safetensors", metadata={"format": "pt"})
    (TARGET / "model.safetensors").chmod(0o644)         # the library writes it readable by its owner only
    size = (TARGET / "model.safetensors").stat().st_size
    assert size <= WEIGHTS_LIMIT, f"model.safetensors has {size} bytes"
    (TARGET / "tokenizer.json").write_text(tokenizer.TOKENIZER.read_text())
    dump("tokenizer_config.json", {"tokenizer_class": "Qwen2Tokenizer", "add_prefix_space": False, "add_bos_token": False, "bos_token": None,
                                   "eos_token": tokenizer.END_OF_TEXT, "pad_token": tokenizer.END_OF_TEXT, "model_max_length": c.max_position_embeddings})
    model = load_exported()
    steps = saved["step"]
    run = {
        "model": {"parameters": sum(w.numel() for w in model.parameters()), "bytes": size, "layers": c.num_hidden_layers, "hiddenSize": c.hidden_size,
                  "heads": c.num_attention_heads, "experts": c.num_experts, "expertWidth": c.intermediate_size, "topP": c.top_p_threshold,
                  "context": c.max_position_embeddings, "vocab": c.vocab_size},
        "training": {"steps": steps, "batch": train.BATCH, "length": train.LENGTH, "tokens": steps * train.BATCH * train.LENGTH, "seed": train.SEED,
                     "minutes": round(saved["seconds"] / 60, 1), "machine": f"a CPU with {os.cpu_count()} cores, shared with other work", "peakRate": train.PEAK_RATE,
                     "torch": torch.__version__.split("+")[0]},
        "heldOut": figures(model),
        "data": json.loads((data.STATE / "data.json").read_text()),
        "log": [json.loads(line) for line in train.LOG.open()][::8],
    }
    dump("run.json", run)
    (TARGET / "MODEL_CARD.md").write_text(model_card(run))
    f = run["heldOut"]
    print(f"{size / 1e6:.2f} MB; held-out loss {f['heldOutLoss']} (unigram {f['unigramLoss']}); experts {f['meanExperts']} +- {f['stdOverTokens']}, per layer {f['meanExpertsPerLayer']}")


if __name__ == "__main__":
    export()
