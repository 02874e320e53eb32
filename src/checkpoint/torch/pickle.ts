import { allowedGlobal, isKind, isStorageType } from './globals.js';
import { isCount, quote } from '../jsonValue.js';
import { PickleBytes, refused } from './pickleBytes.js';
import { PickleMachine } from './pickleMachine.js';
import { PickleDict, type PickleValue, type StorageRef } from './pickleValues.js';

/** Torch writes protocol 2, and 3 to 5 where it is told to (torch.save's pickle_protocol). */
const OLDEST_PROTOCOL = 2;
const NEWEST_PROTOCOL = 5;
const PROTO = 0x80;
const STOP = 0x2e;

/**
 * Reads the pickle of a torch archive as data: the opcodes and globals on two short lists, in a loop, never executing
 * anything. Whatever else is in it ends the reading.
 * Source: CPython's Lib/pickletools.py; the choice of opcodes is that of torch/_weights_only_unpickler.py.
 * @returns the value that was pickled
 * @throws E_PICKLE with the opcode or global that is not on the list, or what else is wrong
 */
export function readPickle(bytes: Uint8Array, path: string): PickleValue {
  const machine = new PickleMachine(new PickleBytes(bytes, path), path);
  const first = machine.input.uint8();
  const protocol = first === PROTO ? machine.input.uint8() : 0;
  if (protocol < OLDEST_PROTOCOL || protocol > NEWEST_PROTOCOL) throw refused(path, `has a pickle of protocol ${protocol}; ${OLDEST_PROTOCOL} to ${NEWEST_PROTOCOL} are read`);
  for (;;) {
    const opcode = machine.input.uint8();
    if (opcode === STOP) return machine.result();
    const operation = OPERATIONS.get(opcode);
    if (operation === undefined) throw refused(path, `has the opcode ${opcodeName(opcode)} in its pickle, which is not on the list of those that are read`);
    operation(machine);
  }
}

/** Every opcode that is read, besides PROTO at the start and STOP at the end. */
const OPERATIONS: ReadonlyMap<number, (machine: PickleMachine) => void> = new Map([
  [0x28 /* MARK */, (m: PickleMachine) => m.mark()],
  [0x4e /* NONE */, (m: PickleMachine) => m.push(null)],
  [0x88 /* NEWTRUE */, (m: PickleMachine) => m.push(true)],
  [0x89 /* NEWFALSE */, (m: PickleMachine) => m.push(false)],
  [0x4b /* BININT1 */, (m: PickleMachine) => m.push(m.input.uint8())],
  [0x4d /* BININT2 */, (m: PickleMachine) => m.push(m.input.uint16())],
  [0x4a /* BININT */, (m: PickleMachine) => m.push(m.input.int32())],
  [0x8a /* LONG1 */, (m: PickleMachine) => m.push(m.input.long(m.input.uint8()))],
  [0x47 /* BINFLOAT */, (m: PickleMachine) => m.push(m.input.float64())],
  [0x95 /* FRAME */, (m: PickleMachine) => { m.input.uint64(); }], // how long the next part is: a help for reading streams
  [0x8c /* SHORT_BINUNICODE */, (m: PickleMachine) => m.push(m.input.text(m.input.uint8()))],
  [0x58 /* BINUNICODE */, (m: PickleMachine) => m.push(m.input.text(m.input.uint32()))],
  [0x8d /* BINUNICODE8 */, (m: PickleMachine) => m.push(m.input.text(m.input.uint64()))],
  [0x29 /* EMPTY_TUPLE */, (m: PickleMachine) => pushTuple(m, [])],
  [0x85 /* TUPLE1 */, (m: PickleMachine) => pushTuple(m, m.popMany(1))],
  [0x86 /* TUPLE2 */, (m: PickleMachine) => pushTuple(m, m.popMany(2))],
  [0x87 /* TUPLE3 */, (m: PickleMachine) => pushTuple(m, m.popMany(3))],
  [0x74 /* TUPLE */, (m: PickleMachine) => pushTuple(m, m.popToMark())],
  [0x5d /* EMPTY_LIST */, (m: PickleMachine) => m.push({ kind: 'list', items: [] })],
  [0x61 /* APPEND */, (m: PickleMachine) => append(m, [m.pop()])],
  [0x65 /* APPENDS */, (m: PickleMachine) => append(m, m.popToMark())],
  [0x7d /* EMPTY_DICT */, (m: PickleMachine) => m.push(new PickleDict())],
  [0x73 /* SETITEM */, (m: PickleMachine) => setItems(m, m.popMany(2))],
  [0x75 /* SETITEMS */, (m: PickleMachine) => setItems(m, m.popToMark())],
  [0x94 /* MEMOIZE */, (m: PickleMachine) => m.memoize()],
  [0x71 /* BINPUT */, (m: PickleMachine) => m.put(m.input.uint8())],
  [0x72 /* LONG_BINPUT */, (m: PickleMachine) => m.put(m.input.uint32())],
  [0x68 /* BINGET */, (m: PickleMachine) => m.recall(m.input.uint8())],
  [0x6a /* LONG_BINGET */, (m: PickleMachine) => m.recall(m.input.uint32())],
  [0x63 /* GLOBAL */, (m: PickleMachine) => pushGlobal(m, m.input.line(), m.input.line())],
  [0x93 /* STACK_GLOBAL */, pushNamedGlobal],
  [0x52 /* REDUCE */, reduce],
  [0x62 /* BUILD */, build],
  [0x51 /* BINPERSID */, pushStorage],
]);

/** Opcodes that a message names: those that make objects of any class. */
const REFUSED_OPCODES: ReadonlyMap<number, string> = new Map([
  [0x69, 'INST'], [0x6f, 'OBJ'], [0x81, 'NEWOBJ'], [0x92, 'NEWOBJ_EX'], [0x50, 'PERSID'], [0x82, 'EXT1'], [0x83, 'EXT2'], [0x84, 'EXT4'],
]);

function opcodeName(opcode: number): string {
  const hex = `0x${opcode.toString(16).padStart(2, '0')}`;
  const name = REFUSED_OPCODES.get(opcode);
  return name === undefined ? hex : `${name} (${hex})`;
}

function pushTuple(m: PickleMachine, items: readonly PickleValue[]): void {
  m.push({ kind: 'tuple', items });
}

function append(m: PickleMachine, items: readonly PickleValue[]): void {
  const list = m.top();
  if (!isKind(list, 'list')) m.refuse('has a pickle that appends to what is no list');
  for (const item of items) list.items.push(item);
}

function setItems(m: PickleMachine, items: readonly PickleValue[]): void {
  const dict = m.top();
  if (!isKind(dict, 'dict')) m.refuse('has a pickle that sets items of what is no dict');
  if (items.length % 2 !== 0) m.refuse('has a pickle with a key without a value');
  for (let i = 0; i < items.length; i += 2) {
    if (!dict.set(items[i], items[i + 1])) m.refuse(`has a pickle with a dict that has the key ${typeof items[i] === 'string' ? `${quote(items[i])} twice` : 'of an object'}`);
  }
}

function pushNamedGlobal(m: PickleMachine): void {
  const [module, name] = m.popMany(2);
  if (typeof module !== 'string' || typeof name !== 'string') m.refuse('has a pickle that names a global otherwise than by two texts');
  pushGlobal(m, module, name);
}

function pushGlobal(m: PickleMachine, module: string, name: string): void {
  const global = allowedGlobal(module, name);
  if (global === undefined) m.refuse(`names the global ${quote(`${module}.${name}`)} in its pickle, which is not on the list of those that are read`);
  m.push(global);
}

function reduce(m: PickleMachine): void {
  const [callee, args] = m.popMany(2);
  if (!isKind(callee, 'global') || callee.call === undefined || !isKind(args, 'tuple')) m.refuse('has a pickle that calls what can\'t be called');
  const value = callee.call(args.items);
  if (value === undefined) m.refuse(`has a pickle that calls ${callee.name} with arguments that torch.save does not write`);
  m.push(value);
}

/** A state_dict has attributes (_metadata: versions of its modules), which are left out. */
function build(m: PickleMachine): void {
  const state = m.pop();
  if (!isKind(m.top(), 'dict') || !isKind(state, 'dict')) m.refuse('has a pickle that gives attributes to what is no dict');
}

/** ("storage", class, key, location, count): the only persistent id that torch.save writes. */
function pushStorage(m: PickleMachine): void {
  const id = m.pop();
  const storage = isKind(id, 'tuple') ? storageRef(id.items) : undefined;
  if (storage === undefined) m.refuse('has a pickle with a persistent id that is no storage');
  m.push(storage);
}

function storageRef([word, type, key, location, count, ...rest]: readonly PickleValue[]): StorageRef | undefined {
  const isStorage = word === 'storage' && isKind(type, 'global') && isStorageType(type) && typeof location === 'string' && rest.length === 0;
  return isStorage && typeof key === 'string' && isCount(count) ? { kind: 'storage', key, element: type.element, count } : undefined;
}
