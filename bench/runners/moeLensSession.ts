/** A session of MoE Lens as bench/reuse.mjs runs it: text in, traces out. */
export { Session } from '../../src/engine/session.js';
export { startHardware } from '../../src/model/machine.js';
export { parsePolicy } from '../../src/routing/policy.js';
