import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { route, type Router } from '../../../src/routing/route.js';
import { softmaxScore } from '../../../src/routing/score.js';
import { rawWeights } from '../../../src/routing/weigh.js';
import { joinRecords, recordOf, recordRows, RUNNERS_UP } from '../../../src/trace/record.js';

const rows = (experts: number): fc.Arbitrary<number[][]> => fc.array(fc.array(fc.double({ min: -4, max: 4, noNaN: true }), { minLength: experts, maxLength: experts }), { minLength: 1, maxLength: 8 });
const router = (experts: number): Router => ({ experts, score: softmaxScore, weigh: rawWeights, native: { kind: 'top-p', p: 0.5 } });

describe('what is kept of a routing', () => {
  it('are the probabilities of the selected experts and of the best of the others, whatever the logits', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: 9 }).chain((experts) => fc.tuple(fc.constant(experts), rows(experts))), ([experts, logits]) => {
      const routing = route(Float32Array.from(logits.flat()), router(experts), { kind: 'native' });
      const { probabilities } = routing;
      const record = recordOf(routing, false);
      for (let t = 0; t < record.tokens; t++) {
        const row = Array.from(probabilities.subarray(t * experts, (t + 1) * experts));
        const ids = [...record.ids.subarray(record.offsets[t], record.offsets[t + 1])];
        expect([...record.chosen.subarray(record.offsets[t], record.offsets[t + 1])]).toEqual(ids.map((id) => row[id]));
        const others = row.map((p, id) => ({ p, id })).filter(({ id }) => !ids.includes(id)).sort((a, b) => b.p - a.p || a.id - b.id).slice(0, RUNNERS_UP);
        const kept = Array.from({ length: RUNNERS_UP }, (_, i) => ({ p: record.runnersUpProbabilities[t * RUNNERS_UP + i] ?? NaN, id: record.runnersUp[t * RUNNERS_UP + i] ?? 0 })).filter(({ p }) => !Number.isNaN(p));
        expect(kept).toEqual(others);
      }
    }));
  });

  it('is the same after being cut and joined, with and without all probabilities', () => {
    fc.assert(fc.property(rows(5), fc.nat(8), fc.boolean(), (logits, at, all) => {
      const record = recordOf(route(Float32Array.from(logits.flat()), router(5), { kind: 'native' }), all);
      const cut = Math.min(at, record.tokens);
      expect(joinRecords([recordRows(record, 0, cut), recordRows(record, cut, record.tokens)])).toEqual(record);
    }));
  });
});
