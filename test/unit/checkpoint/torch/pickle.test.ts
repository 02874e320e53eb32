import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readPickle } from '../../../../src/checkpoint/torch/pickle.js';
import { PickleDict } from '../../../../src/checkpoint/torch/pickleValues.js';
import { expectCode } from '../helpers.js';
import { counts, dict, op, pickle, plainTensor, storage, tensor } from './archives.js';

const read = (...code: readonly Uint8Array[]): unknown => readPickle(pickle(...code), 'x.pt');
const refused = async (bytes: Uint8Array, words: string): Promise<void> => {
  const error = await expectCode('E_PICKLE', () => readPickle(bytes, 'x.pt'));
  expect(error.message).toContain(words);
  expect(error.message).toContain('not executed');
  expect(error.message.length).toBeLessThan(400);
};

describe('readPickle', () => {
  it('reads plain data', () => {
    expect(read(op.none)).toBeNull();
    expect(read(op.text('läuft'))).toBe('läuft');
    expect(read(op.float(-0.25))).toBe(-0.25);
    expect(read(op.long(0xff))).toBe(-1);
    expect(read(op.long())).toBe(0);
    expect(read(op.long(0, 0, 0, 0, 0, 1))).toBe(2 ** 40);
    expect(read(op.long(0, 0, 0, 0, 0, 0, 0, 0x80, 0))).toBe(2n ** 63n);
    expect(read(counts([1, -2]))).toEqual({ kind: 'tuple', items: [1, -2] });
    expect(read(op.emptyList, op.int(1), op.append, op.mark, op.int(2), op.int(3), op.appends)).toEqual({ kind: 'list', items: [1, 2, 3] });
  });

  it('describes a tensor instead of making one', () => {
    expect(read(plainTensor({ type: 'BFloat16Storage', key: '7', count: 12, offset: 2, size: [2, 3], stride: [3, 1] }))).toEqual({
      kind: 'tensor', storage: { kind: 'storage', key: '7', element: { dtype: 'BF16', bytes: 2 }, count: 12 }, element: { dtype: 'BF16', bytes: 2 }, offset: 2, size: [2, 3], stride: [3, 1],
    });
  });

  it('takes an nn.Parameter as its tensor, and leaves the attributes of a dict out', () => {
    const hooks = Buffer.concat([op.global('collections', 'OrderedDict'), op.emptyTuple, op.reduce]);
    const parameter = Buffer.concat([op.global('torch._utils', '_rebuild_parameter'), op.mark, plainTensor({ count: 1, size: [1], stride: [1] }), op.false, hooks, op.tuple, op.reduce]);
    const state = read(hooks, op.text('w'), parameter, op.setItem, dict({ _metadata: op.emptyDict }), op.build);
    expect(state).toBeInstanceOf(PickleDict);
    expect([...(state as PickleDict)].map(([name]) => name)).toEqual(['w']);
    expect((state as PickleDict).get('w')).toMatchObject({ kind: 'tensor', size: [1] });
  });

  it('keeps keys that are special in JavaScript apart from them', () => {
    const state = read(dict({ __proto__x: op.int(1), constructor: op.int(2) }), op.text('__proto__'), op.int(3), op.setItem) as PickleDict;
    expect([state.get('constructor'), state.get('__proto__'), state.get('toString')]).toEqual([2, 3, undefined]);
  });
});

describe('protocols 4 and 5', () => {
  const [memoize, stackGlobal, recall] = [Buffer.from([0x94]), Buffer.from([0x93]), (index: number) => Buffer.from([0x68, index])];
  const short = (text: string): Buffer => Buffer.concat([Buffer.from([0x8c, text.length]), Buffer.from(text), memoize]);
  const long = (text: string): Buffer => Buffer.concat([Buffer.from([0x8d, text.length, 0, 0, 0, 0, 0, 0, 0]), Buffer.from(text), memoize]);
  const frame = (length: number): Buffer => Buffer.from([0x95, length, 0, 0, 0, 0, 0, 0, 0]);
  const newer = (protocol: number, ...code: readonly Uint8Array[]): Buffer => Buffer.concat([Buffer.from([0x80, protocol]), ...code, Buffer.from('.')]);

  it.each([3, 4, 5])('protocol %i is read: frames, short and long texts, numbered memory, globals by two texts', (protocol) => {
    const orderedDict = [short('collections'), short('OrderedDict'), stackGlobal, memoize, op.emptyTuple, op.reduce, memoize];
    const state = readPickle(newer(protocol, frame(40), ...orderedDict, op.mark, long('w'), op.int(7), short('v'), recall(4), op.setItems), 'x.pt') as PickleDict;
    expect([...state]).toEqual([['w', 7], ['v', 'w']]);
  });

  it('the list of globals is the same', async () => {
    await refused(newer(4, short('os'), short('system'), stackGlobal), '"os.system"');
    await refused(newer(4, short('os'), op.int(1), stackGlobal), 'two texts');
    await refused(newer(4, stackGlobal), 'takes a value where none is');
  });

  it('a text is no longer than the pickle, and no longer than names are', async () => {
    await refused(newer(4, Buffer.from([0x8c, 200])), 'ends too early');
    await refused(newer(4, Buffer.from([0x8d, 0, 0, 0, 0, 0, 0, 0, 0x80])), 'the limit is');
    await refused(newer(4, memoize), 'takes a value where none is');
  });
});

describe('a pickle that would run something', () => {
  const command = Buffer.concat([op.mark, op.text('touch PWNED'), op.tuple]);

  it.each([
    ['os', 'system'], ['posix', 'system'], ['nt', 'system'], ['subprocess', 'Popen'], ['builtins', 'eval'], ['builtins', 'exec'], ['builtins', '__import__'], ['builtins', 'getattr'], ['__builtin__', 'eval'],
    ['functools', 'partial'], ['operator', 'attrgetter'], ['torch', 'load'], ['torch.hub', 'load'], ['torch.jit', 'load'], ['torch.serialization', 'load'], ['torch._utils', '_rebuild_wrapper_subclass'], ['numpy', 'load'],
    ['collections', 'OrderedDict.__init__'], ['collections', 'defaultdict'], ['_codecs', 'encode'], ['torch', 'FloatStorage.__class__'], ['torch.', 'FloatStorage'], ['', 'eval'], ['__proto__', 'x'], ['torch', '__proto__'],
  ])('names %s.%s: refused at the name', async (module, name) => {
    await refused(pickle(op.global(module, name), command, op.reduce), `"${module}.${name}"`);
    expect(existsSync('PWNED')).toBe(false);
  });

  it.each([
    ['INST', Buffer.from('(ios\nsystem\n')], ['OBJ', Buffer.from('(o')], ['NEWOBJ', Buffer.from([0x29, 0x29, 0x81])], ['NEWOBJ_EX', Buffer.from([0x92])],
    ['PERSID', Buffer.from('Pabc\n')], ['EXT1', Buffer.from([0x82, 1])], ['EXT2', Buffer.from([0x83, 1, 0])], ['EXT4', Buffer.from([0x84, 1, 0, 0, 0])],
  ] as const)('uses the opcode %s', async (name, code) => {
    await refused(pickle(code), name);
  });

  it('uses an opcode that is not on the list: each of the 256 is known, or refused', async () => {
    for (let code = 0; code < 256; code++) await expectCode('E_PICKLE', () => read(Buffer.from([code, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x0a])));
  });

  it('calls what can\'t be called: a storage, a dtype, a text, a tuple, with what is no tuple', async () => {
    for (const callee of [op.global('torch', 'FloatStorage'), op.global('torch', 'float8_e4m3fn'), op.global('torch.storage', 'UntypedStorage'), op.text('eval'), op.emptyTuple, plainTensor({ count: 0, size: [0], stride: [1] })]) {
      await refused(pickle(callee, command, op.reduce), 'calls what can\'t be called');
    }
    await refused(pickle(op.global('collections', 'OrderedDict'), op.emptyList, op.reduce), 'calls what can\'t be called');
  });

  it('calls with other arguments than torch.save writes', async () => {
    await refused(pickle(op.global('collections', 'OrderedDict'), op.emptyList, op.tuple1, op.reduce), 'collections.OrderedDict with arguments');
    await refused(pickle(op.global('torch._utils', '_rebuild_parameter'), op.emptyTuple, op.reduce), 'arguments');
    await refused(pickle(op.global('torch._utils', '_rebuild_parameter'), op.mark, op.int(1), op.int(2), op.int(3), op.tuple, op.reduce), 'arguments');
    const from = storage('FloatStorage', '0', op.int(4));
    const one = op.int(1);
    for (const [offset, size, stride] of [
      [op.int(-1), counts([1]), counts([1])], [op.float(0.5), counts([1]), counts([1])], [op.long(0, 0, 0, 0, 0, 0, 0, 0x7f), counts([1]), counts([1])], [op.int(0), counts([-1]), counts([1])], [op.int(0), counts([1]), counts([-1])],
      [op.int(0), counts([1, 1]), counts([1])], [op.int(0), one, counts([1])], [op.int(0), counts(Array<number>(65).fill(1)), counts(Array<number>(65).fill(1))], [op.none, counts([1]), counts([1])],
    ] as const) {
      await refused(pickle(tensor(from, offset, size, stride)), 'arguments');
    }
    await refused(pickle(tensor(op.text('storage'), op.int(0), counts([1]), counts([1]))), 'arguments');
  });

  it('gives attributes to what is no dict, or such that are no dict', async () => {
    await refused(pickle(op.emptyList, op.emptyDict, op.build), 'attributes');
    await refused(pickle(op.global('torch._utils', '_rebuild_tensor_v2'), op.emptyDict, op.build), 'attributes');
    await refused(pickle(op.emptyDict, op.emptyTuple, op.build), 'attributes');
  });

  it.each([
    ['a text', op.text('storage')], ['an empty tuple', op.emptyTuple], ['another word', Buffer.concat([op.mark, op.text('module'), op.global('torch', 'FloatStorage'), op.text('0'), op.text('cpu'), op.int(1), op.tuple])],
    ['a function as its class', Buffer.concat([op.mark, op.text('storage'), op.global('torch._utils', '_rebuild_tensor_v2'), op.text('0'), op.text('cpu'), op.int(1), op.tuple])],
    ['a negative size', Buffer.concat([op.mark, op.text('storage'), op.global('torch', 'FloatStorage'), op.text('0'), op.text('cpu'), op.int(-1), op.tuple])],
    ['a number as its key', Buffer.concat([op.mark, op.text('storage'), op.global('torch', 'FloatStorage'), op.int(0), op.text('cpu'), op.int(1), op.tuple])],
  ])('a persistent id that is %s', async (_, id) => {
    await refused(pickle(id, op.persistentId), 'no storage');
  });
});

describe('a damaged pickle', () => {
  it('of another protocol, or of none', async () => {
    await refused(Buffer.from([0x80, 1, 0x4e, 0x2e]), 'protocol 1; 2 to 5 are read');
    await refused(Buffer.from([0x80, 6, 0x4e, 0x2e]), 'protocol 6');
    await refused(Buffer.from('N.'), 'protocol 0');
    await refused(Buffer.alloc(0), 'ends too early');
  });

  it('cut anywhere', async () => {
    const whole = pickle(dict({ a: plainTensor({ count: 4, size: [2, 2], stride: [2, 1] }), b: op.long(1, 2, 3), c: op.float(1) }));
    for (let size = 0; size < whole.length; size++) await expectCode('E_PICKLE', () => readPickle(whole.subarray(0, size), 'x.pt'));
  });

  it('that takes more from its stack than is there, or from beyond a mark', async () => {
    for (const code of [Buffer.alloc(0), op.tuple1, op.tuple2, op.tuple, op.appends, op.setItems, op.append, op.setItem, op.reduce, op.build, op.persistentId, op.put(0)]) await expectCode('E_PICKLE', () => read(code));
    for (const code of [op.tuple1, op.reduce, op.append, op.setItem, op.build, op.persistentId, op.put(0)]) await refused(pickle(op.emptyDict, op.emptyTuple, op.mark, code, op.none), 'where none is');
  });

  it('that ends with values left over, or a mark', async () => {
    await refused(pickle(op.none, op.none), 'left over');
    await refused(pickle(op.mark, op.none), 'left over');
  });

  it('with items for what holds none, half a pair, an object as a key, a key twice', async () => {
    await refused(pickle(op.emptyDict, op.int(1), op.append), 'no list');
    await refused(pickle(op.emptyList, op.int(1), op.int(2), op.setItem), 'no dict');
    await refused(pickle(op.emptyDict, op.mark, op.int(1), op.setItems), 'key without a value');
    await refused(pickle(op.emptyDict, op.emptyTuple, op.int(1), op.setItem), 'key of an object');
    await refused(pickle(dict({ a: op.int(1) }), op.text('a'), op.int(2), op.setItem), '"a" twice');
  });

  it('that recalls what it did not remember', async () => {
    await refused(pickle(op.get(0)), 'recalls value 0');
    await refused(pickle(op.none, op.put(5), op.get(4)), 'recalls value 4');
  });

  it('with a name without an end, text that is not UTF-8, text longer than the pickle or than any name', async () => {
    await refused(pickle(Buffer.from(`c${'x'.repeat(100_000)}`)), 'does not end');
    await refused(pickle(Buffer.from([0x58, 1, 0, 0, 0, 0xff])), 'not UTF-8');
    await refused(pickle(Buffer.from([0x58, 0, 1, 0, 0, 0x61])), 'ends too early');
    await refused(pickle(Buffer.from([0x58, 0xff, 0xff, 0xff, 0xff, 0x61])), 'limit');
    await refused(pickle(op.text('x'.repeat(70_000))), 'limit');
    await refused(pickle(Buffer.concat([Buffer.from([0x8a, 255]), Buffer.alloc(255, 1)])), 'limit');
  });
});

describe('a pickle made to exhaust memory or the stack', () => {
  const times = (n: number, code: Uint8Array): Buffer => Buffer.alloc(n * code.length, code);

  it('nests deep without recursion', () => {
    expect(read(op.emptyTuple, times(200_000, op.tuple1))).toMatchObject({ kind: 'tuple' });
  });

  it('holds itself', () => {
    const list = read(op.emptyList, op.put(0), op.get(0), op.append) as { items: unknown[] };
    expect(list.items[0]).toBe(list);
  });

  it('doubles what it remembers: each is kept once', () => {
    const doubling = Array.from({ length: 1000 }, (_, i) => Buffer.concat([op.put(i), op.get(i), op.tuple2]));
    expect(read(op.emptyTuple, ...doubling)).toMatchObject({ kind: 'tuple' });
  });

  it.each([
    ['values on the stack', times(20_000, op.none)], ['marks', times(20_000, op.mark)],
    ['objects', Buffer.concat([op.emptyList, times(600_000, Buffer.concat([op.emptyDict, op.append]))])],
    ['values', Buffer.concat([op.emptyList, times(2_200_000, Buffer.concat([op.none, op.append]))])],
    ['recalled values', Buffer.concat([op.emptyList, op.put(0), times(2_200_000, Buffer.from('h\0a'))])],
    ['remembered values', Buffer.concat([op.none, op.put(0xffffffff)])],
  ])('too many %s', async (_, code) => {
    await refused(pickle(code), 'more than');
  });
});
