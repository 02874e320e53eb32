// Imported first by the scripts that people start: an old Node gets this sentence, not a syntax error.
const OLDEST = 20;

if (Number(process.versions.node.split('.')[0]) < OLDEST) {
  console.error(`MoE Lens needs Node ${OLDEST} or later; this is Node ${process.versions.node}.`);
  process.exit(1);
}
