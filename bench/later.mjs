// Lets a process of a bench believe that it is later: nights follow each other in seconds, and neither the program nor the
// sandbox may think that they are the same night. Loaded before the program, in benches only.

const shiftMs = Number(process.env.BENCH_LATER_MS ?? 0);
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + shiftMs);
    else super(...given);
  }
  static now() {
    return Real.now() + shiftMs;
  }
};
