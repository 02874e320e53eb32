#!/usr/bin/env node
// How long `moe-lens models` takes for 200 checkpoints: `node bench/discovery.mjs [--layers 16] [--experts 32]` after a build. Made-up models in a home folder of
// their own: sharded safetensors in Hugging Face's cache and in a named folder, GGUFs with 151,936 tokens as Ollama, LM Studio,
// llama.cpp and Hugging Face's cache keep them, and some that have to be skipped. Their weights are holes in the files: sizes are real, no data is.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { closeSync, existsSync, ftruncateSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

const CLI = join(import.meta.dirname, '../dist/cli.js');
const RUNS = 5;
const LIMIT_SECONDS = 2;
/** Makes the command say at its end how much processor time it took: the wall clock counts what else the machine does. */
const TELL_CPU = '--import=data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write(`cpu ${(user+system)/1e6}`)})';
const VOCABULARY = 151_936; // Qwen3's
const TOKENIZER_BYTES = 7_000_000; // of the same
/** A model of OLMoE's form, unless told otherwise with half of its experts: 1,635 tensors as they are released, expert by expert. */
const { values: sizes } = parseArgs({ options: { layers: { type: 'string', default: '16' }, experts: { type: 'string', default: '32' } } });
const FORM = { layers: Number(sizes.layers), experts: Number(sizes.experts), hidden: 2048, inner: 1024, heads: 16 };

if (!existsSync(CLI)) throw new Error('There is no dist/cli.js: run `npm run build` first.');
const home = mkdtempSync(join(tmpdir(), 'moe-lens-bench-'));
try {
  const made = makeHome(home);
  const times = Array.from({ length: RUNS }, () => measure(home, made)).sort((a, b) => a.seconds - b.seconds);
  const median = times[Math.floor(RUNS / 2)];
  console.log(`${made.good + made.bad} checkpoints (${made.good} that can be run: ${FORM.layers} layers of ${FORM.experts} experts, of those ${made.gguf} GGUFs with ${VOCABULARY} tokens; ${made.bad} skipped)`);
  console.log(`moe-lens models --json: median ${median.seconds.toFixed(2)} s of ${RUNS} runs (${times[0].seconds.toFixed(2)} to ${times.at(-1).seconds.toFixed(2)} s), ${median.cpu.toFixed(2)} s of processor time, the start of Node included; the limit is ${LIMIT_SECONDS} s`);
  if (median.seconds > LIMIT_SECONDS) process.exitCode = 1;
} finally {
  rmSync(home, { recursive: true, force: true });
}

/** One run of the command; checks that it found what was made. */
function measure(home, { good, bad }) {
  const env = { PATH: process.env.PATH, HOME: home, USERPROFILE: home, LOCALAPPDATA: join(home, 'AppData/Local') };
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, [TELL_CPU, CLI, 'models', '--json', join(home, 'own')], { env, encoding: 'utf8', maxBuffer: 2 ** 26 });
  const seconds = (performance.now() - began) / 1000;
  if (status !== 0) throw new Error(stderr);
  const { found, skipped } = JSON.parse(stdout);
  const [isFound, isSkipped] = [found.filter(({ path }) => path.startsWith(home)).length, skipped.length];
  if (isFound !== good || isSkipped !== bad) throw new Error(`${isFound} found and ${isSkipped} skipped, but ${good} and ${bad} were made: ${JSON.stringify(skipped.slice(0, 3))}`);
  return { seconds, cpu: Number(/cpu ([\d.]+)$/.exec(stderr)?.[1]) };
}

function makeHome(home) {
  const hub = join(home, '.cache/huggingface/hub');
  const shards = safetensorsShards();
  const gguf = ggufBytes();
  for (let i = 0; i < 60; i++) writeHub(hub, `org/moe-${i}`, shards);
  for (let i = 0; i < 40; i++) writeFolder(join(home, 'own', `author-${i % 8}`, `moe-${i}`), shards);
  for (let i = 0; i < 30; i++) writeOllama(join(home, '.ollama/models'), `moe-${i}`, gguf, i);
  for (let i = 0; i < 20; i++) write(join(home, '.lmstudio/models/author', `moe-${i}`, `moe-${i}-Q4_K_M.gguf`), gguf);
  for (let i = 0; i < 10; i++) write(join(home, '.cache/llama.cpp', `author_moe-${i}-Q8_0.gguf`), gguf);
  for (let i = 0; i < 20; i++) write(join(hub, `models--org--gguf-${i}`, 'snapshots/c0ffee', `moe-${i}-Q4_K_M.gguf`), gguf);
  for (let i = 0; i < 10; i++) write(join(hub, `models--org--dense-${i}`, 'snapshots/c0ffee/config.json'), JSON.stringify({ model_type: 'llama', num_hidden_layers: 4 }));
  for (let i = 0; i < 10; i++) write(join(home, 'own/broken', `cut-${i}.gguf`), { head: gguf.head.subarray(0, 1000), bytes: 1000 });
  return { good: 180, gguf: 80, bad: 20 };
}

/** A file with a head and then nothing, as long as it says (and, if there is one, a tail): a hole takes no room on disk. */
function write(path, content) {
  mkdirSync(dirname(path), { recursive: true });
  if (typeof content === 'string') return writeFileSync(path, content);
  const file = openSync(path, 'w');
  writeSync(file, content.head);
  ftruncateSync(file, content.bytes);
  if (content.tail !== undefined) writeSync(file, content.tail, content.bytes);
  return closeSync(file);
}

function writeFolder(folder, files) {
  for (const [name, content] of Object.entries(files)) write(join(folder, name), content);
}

/** Snapshot files are links into blobs. */
function writeHub(hub, repo, files) {
  const root = join(hub, `models--${repo.replace('/', '--')}`);
  write(join(root, 'refs/main'), 'c0ffee');
  mkdirSync(join(root, 'snapshots/c0ffee'), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    write(join(root, 'blobs', `oid-${name}`), content);
    symlinkSync(`../../blobs/oid-${name}`, join(root, 'snapshots/c0ffee', name));
  }
}

function writeOllama(store, name, gguf, i) {
  const hash = createHash('sha256').update(String(i)).digest('hex');
  write(join(store, 'blobs', `sha256-${hash}`), gguf);
  write(join(store, 'manifests/registry.ollama.ai/library', name, 'latest'), JSON.stringify({ layers: [{ mediaType: 'application/vnd.ollama.image.model', digest: `sha256:${hash}`, size: gguf.bytes }] }));
}

/** config.json, an index with two shards, and a tokenizer. */
function safetensorsShards() {
  const { layers, experts, hidden, inner, heads } = FORM;
  const tensors = [['model.embed_tokens.weight', [VOCABULARY, hidden]], ['model.norm.weight', [hidden]], ['lm_head.weight', [VOCABULARY, hidden]]];
  for (let layer = 0; layer < layers; layer++) {
    const at = `model.layers.${layer}`;
    for (const norm of ['input_layernorm', 'post_attention_layernorm', 'self_attn.q_norm', 'self_attn.k_norm']) tensors.push([`${at}.${norm}.weight`, [hidden]]);
    for (const part of ['q', 'k', 'v', 'o']) tensors.push([`${at}.self_attn.${part}_proj.weight`, [hidden, hidden]]);
    tensors.push([`${at}.mlp.gate.weight`, [experts, hidden]]);
    for (let e = 0; e < experts; e++) {
      tensors.push([`${at}.mlp.experts.${e}.gate_proj.weight`, [inner, hidden]], [`${at}.mlp.experts.${e}.up_proj.weight`, [inner, hidden]], [`${at}.mlp.experts.${e}.down_proj.weight`, [hidden, inner]]);
    }
  }
  const names = ['model-00001-of-00002.safetensors', 'model-00002-of-00002.safetensors'];
  const halves = [tensors.filter((_, i) => i % 2 === 0), tensors.filter((_, i) => i % 2 === 1)];
  return {
    'config.json': JSON.stringify({
      model_type: 'olmoe', hidden_size: hidden, intermediate_size: inner, num_hidden_layers: layers, num_attention_heads: heads, num_experts: experts, num_experts_per_tok: 8, vocab_size: VOCABULARY,
      max_position_embeddings: 4096,
    }),
    'model.safetensors.index.json': JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(halves.flatMap((half, i) => half.map(([name]) => [name, names[i]]))) }),
    'tokenizer.json': { head: '{"model":{"type":"BPE","vocab":{', bytes: TOKENIZER_BYTES, tail: '}}}' },
    ...Object.fromEntries(halves.map((half, i) => [names[i], safetensors(half)])),
  };
}

function safetensors(tensors) {
  let offset = 0;
  const header = Buffer.from(JSON.stringify(Object.fromEntries(tensors.map(([name, shape]) => {
    const from = offset;
    offset += 2 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: 'BF16', shape, data_offsets: [from, offset] }];
  }))));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return { head: Buffer.concat([length, header]), bytes: 8 + header.length + offset };
}

/** An OLMoE as llama.cpp converts it, F16, with a vocabulary and merges of a large tokenizer inside. */
function ggufBytes() {
  const { layers, experts, hidden, inner, heads } = FORM;
  const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32LE(n); return b; };
  const u64 = (n) => { const b = Buffer.alloc(8); b.writeBigUInt64LE(BigInt(n)); return b; };
  const f32 = (x) => { const b = Buffer.alloc(4); b.writeFloatLE(x); return b; };
  const string = (text) => Buffer.concat([u64(Buffer.byteLength(text)), Buffer.from(text)]);
  const [U32, I32, F32, STRING, ARRAY] = [4, 5, 6, 8, 9];
  const strings = (list) => Buffer.concat([u32(ARRAY), u32(STRING), u64(list.length), ...list.map(string)]);
  const tokens = Array.from({ length: VOCABULARY }, (_, i) => `tok${i}`);
  const metadata = [
    ['general.architecture', u32(STRING), string('olmoe')],
    ['general.name', u32(STRING), string('made up')],
    ...[['block_count', layers], ['context_length', 4096], ['embedding_length', hidden], ['feed_forward_length', inner], ['attention.head_count', heads], ['attention.head_count_kv', heads], ['expert_count', experts], ['expert_used_count', 8]]
      .map(([key, n]) => [`olmoe.${key}`, u32(U32), u32(n)]),
    ['olmoe.attention.layer_norm_rms_epsilon', u32(F32), f32(1e-5)],
    ['tokenizer.ggml.model', u32(STRING), string('gpt2')],
    ['tokenizer.ggml.tokens', strings(tokens)],
    ['tokenizer.ggml.token_type', u32(ARRAY), u32(I32), u64(VOCABULARY), Buffer.alloc(4 * VOCABULARY, u32(1))],
    ['tokenizer.ggml.merges', strings(tokens.map((token) => `${token} x`))],
  ].map(([key, ...value]) => Buffer.concat([string(key), ...value]));
  const tensors = [['token_embd.weight', [hidden, VOCABULARY]], ['output_norm.weight', [hidden]], ['output.weight', [hidden, VOCABULARY]]];
  for (let layer = 0; layer < layers; layer++) {
    const at = `blk.${layer}`;
    for (const norm of ['attn_norm', 'ffn_norm', 'attn_q_norm', 'attn_k_norm']) tensors.push([`${at}.${norm}.weight`, [hidden]]);
    for (const part of ['q', 'k', 'v', 'output']) tensors.push([`${at}.attn_${part}.weight`, [hidden, hidden]]);
    tensors.push([`${at}.ffn_gate_inp.weight`, [hidden, experts]], [`${at}.ffn_gate_exps.weight`, [hidden, inner, experts]], [`${at}.ffn_up_exps.weight`, [hidden, inner, experts]], [`${at}.ffn_down_exps.weight`, [inner, hidden, experts]]);
  }
  const F16 = 1;
  const ALIGNMENT = 32;
  let offset = 0;
  const directory = tensors.map(([name, shape]) => {
    const entry = Buffer.concat([string(name), u32(shape.length), ...shape.map(u64), u32(F16), u64(offset)]);
    offset += Math.ceil((2 * shape.reduce((product, size) => product * size, 1)) / ALIGNMENT) * ALIGNMENT;
    return entry;
  });
  const head = Buffer.concat([Buffer.from('GGUF'), u32(3), u64(tensors.length), u64(metadata.length), ...metadata, ...directory]);
  return { head, bytes: Math.ceil(head.length / ALIGNMENT) * ALIGNMENT + offset };
}
