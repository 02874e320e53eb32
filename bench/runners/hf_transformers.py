"""Hugging Face transformers on the CPU in f32: one JSON line per token count, as the other runners print them.

The whole model runs, with logits of the last row only. `--experts` is transformers' own name for how the experts are computed.
(A file called transformers.py would be imported instead of the library.)
"""
import argparse
import json
import os
import re
import sys
import time

options = argparse.ArgumentParser()
options.add_argument("model")
options.add_argument("--experts", choices=["eager", "grouped_mm"], required=True)
options.add_argument("--threads", type=int, required=True)
options.add_argument("--tokens", required=True)
options.add_argument("--reps", type=int, required=True)
options.add_argument("--vocabulary", type=int, required=True)
args = options.parse_args()

os.environ.update(OMP_NUM_THREADS=str(args.threads), MKL_NUM_THREADS=str(args.threads), HF_HUB_OFFLINE="1", HF_HUB_DISABLE_PROGRESS_BARS="1")
import torch  # noqa: E402  after the number of threads is set
import transformers  # noqa: E402


def peak_rss_mb():
    """The largest resident set of this process so far, from the operating system."""
    try:
        with open("/proc/self/status") as status:
            return int(re.search(r"VmHWM:\s+(\d+)", status.read()).group(1)) // 1024
    except OSError:
        try:
            import resource
        except ImportError:
            return None
        unit = 2**20 if sys.platform == "darwin" else 2**10
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // unit


def timed(work):
    """Milliseconds on the clock, and of all of this process's threads."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1e3, (time.process_time() - cpu) * 1e3


def load():
    model = transformers.AutoModelForCausalLM.from_pretrained(args.model, dtype=torch.float32, experts_implementation=args.experts).eval()
    if model.config._experts_implementation != args.experts:
        raise SystemExit(f"transformers {transformers.__version__} took {model.config._experts_implementation} experts instead of {args.experts}.")
    return model


torch.set_num_threads(args.threads)
began = time.perf_counter()
model = load()
load_ms = (time.perf_counter() - began) * 1e3
with torch.inference_mode():
    for tokens in map(int, args.tokens.split(",")):
        ids = torch.tensor([[(i * 7919 + 13) % (args.vocabulary - 1) for i in range(tokens)]])
        one_pass = lambda: model(ids, use_cache=False, logits_to_keep=1)  # noqa: E731
        first_ms, _ = timed(one_pass)
        wall_ms, cpu_ms = zip(*(timed(one_pass) for _ in range(args.reps)))
        print(json.dumps({
            "tokens": tokens, "policy": "native", "loadMs": load_ms, "firstMs": first_ms, "wallMs": wall_ms, "cpuMs": cpu_ms, "peakRssMB": peak_rss_mb(),
            "loadAverage": os.getloadavg()[0] if hasattr(os, "getloadavg") else None, "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
        }), flush=True)
