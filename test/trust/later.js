// Loaded before the program by the test that kills it: the machine's calendar shows another hour, so that a lease can run out
// without anybody waiting. Nothing of the program knows of it.

const by = Number(process.env.LATER_MS ?? '0');
const Real = Date;
globalThis.Date = class extends Real {
  constructor(...args) {
    if (args.length === 0) super(Real.now() + by);
    else super(...args);
  }
  static now() {
    return Real.now() + by;
  }
};
