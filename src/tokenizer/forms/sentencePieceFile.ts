import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import { LensError } from '../../base/errors.js';
import { asUtf8 } from './folder.js';
import { invalid } from '../json.js';

export type PieceType = 'normal' | 'unknown' | 'control' | 'user-defined' | 'unused' | 'byte';

/** A token of a SentencePiece model; its id is its place. */
export interface Piece {
  readonly text: string;
  readonly score: number;
  readonly type: PieceType;
}

/** A SentencePiece model, as far as it bears on encoding. Defaults are those of sentencepiece_model.proto. */
export interface SentencePieceFile {
  readonly pieces: readonly Piece[];
  readonly algorithm: 'unigram' | 'bpe' | 'word' | 'char';
  readonly byteFallback: boolean;
  readonly spacesAsSuffix: boolean;
  /** Names of tokens; the model may be without them. */
  readonly bosPiece: string;
  readonly eosPiece: string;
  readonly charsmap: Uint8Array;
  readonly addDummyPrefix: boolean;
  readonly removeExtraWhitespaces: boolean;
  readonly escapeWhitespaces: boolean;
}

type Draft = { -readonly [K in keyof SentencePieceFile]: SentencePieceFile[K] } & { pieces: Piece[] };

/** What to do with a field of a message. */
type Field = (reader: BinaryReader) => void;

const PIECE_TYPES: ReadonlyMap<number, PieceType> = new Map<number, PieceType>([[1, 'normal'], [2, 'unknown'], [3, 'control'], [4, 'user-defined'], [5, 'unused'], [6, 'byte']]);
const ALGORITHMS: ReadonlyMap<number, SentencePieceFile['algorithm']> = new Map<number, SentencePieceFile['algorithm']>([[1, 'unigram'], [2, 'bpe'], [3, 'word'], [4, 'char']]);

/** Reads a tokenizer.model (protobuf message `ModelProto` of sentencepiece_model.proto). Throws E_TOKENIZER_INVALID. */
export function readSentencePiece(bytes: Uint8Array): SentencePieceFile {
  const file: Draft = {
    pieces: [], algorithm: 'unigram', byteFallback: false, spacesAsSuffix: false, bosPiece: '<s>', eosPiece: '</s>',
    charsmap: new Uint8Array(), addDummyPrefix: true, removeExtraWhitespaces: true, escapeWhitespaces: true,
  };
  try {
    readMessage(bytes, {
      1: (r) => { file.pieces.push(readPiece(r.bytes(), file.pieces.length)); },
      2: (r) => { readTrainer(r.bytes(), file); },
      3: (r) => { readNormalizer(r.bytes(), file); },
    });
  } catch (cause) {
    if (cause instanceof LensError) throw cause;
    throw new LensError('E_TOKENIZER_INVALID', 'tokenizer.model is not a SentencePiece model.', 'It may be cut short, or a pointer to a large file: download it again.', { cause });
  }
  if (file.pieces.length === 0) throw invalid('tokenizer.model', 'has no tokens');
  return file;
}

function readMessage(bytes: Uint8Array, fields: Readonly<Record<number, Field>>): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const field = Object.hasOwn(fields, number) ? fields[number] : undefined;
    if (field === undefined) reader.skip(type, number);
    else if (type === WireType.StartGroup || type === WireType.EndGroup) throw invalid('tokenizer.model', 'has a group where a value belongs');
    else field(reader);
  }
}

function readPiece(bytes: Uint8Array, id: number): Piece {
  const where = `tokenizer.model.pieces[${id}]`;
  let text = '';
  let score = 0;
  let type: PieceType | undefined = 'normal';
  readMessage(bytes, {
    1: (r) => { text = asUtf8(r.bytes(), where); },
    2: (r) => { score = r.float(); },
    3: (r) => { type = PIECE_TYPES.get(r.int32()); },
  });
  if (text === '') throw invalid(where, 'is empty');
  if (Number.isNaN(score)) throw invalid(where, 'has no score');
  if (type === undefined) throw invalid(where, 'has an unknown type');
  return { text, score, type };
}

function readTrainer(bytes: Uint8Array, file: Draft): void {
  readMessage(bytes, {
    3: (r) => {
      const algorithm = ALGORITHMS.get(r.int32());
      if (algorithm === undefined) throw invalid('tokenizer.model.trainer_spec.model_type', 'is none that SentencePiece has');
      file.algorithm = algorithm;
    },
    24: (r) => { file.spacesAsSuffix = r.bool(); },
    35: (r) => { file.byteFallback = r.bool(); },
    46: (r) => { file.bosPiece = asUtf8(r.bytes(), 'tokenizer.model.trainer_spec.bos_piece'); },
    47: (r) => { file.eosPiece = asUtf8(r.bytes(), 'tokenizer.model.trainer_spec.eos_piece'); },
  });
}

function readNormalizer(bytes: Uint8Array, file: Draft): void {
  readMessage(bytes, {
    2: (r) => { file.charsmap = r.bytes(); },
    3: (r) => { file.addDummyPrefix = r.bool(); },
    4: (r) => { file.removeExtraWhitespaces = r.bool(); },
    5: (r) => { file.escapeWhitespaces = r.bool(); },
  });
}
