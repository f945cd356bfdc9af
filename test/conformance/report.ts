// What a check of the sandbox against a witness of others comes back with, and the table that shows it. Knows no vendor.

import Table from 'cli-table3';

/** One kind of proof: so many things compared, so many that agreed, and each that did not. */
export interface Proof {
  /** What was compared with what: `CumulusCI cassettes`, `sf CLI: deploy by SOAP`. */
  readonly name: string;
  /** How many exchanges, steps or cases were compared. */
  readonly compared: number;
  readonly agreed: number;
  /** One sentence for each difference, with its place. Empty when all agree. */
  readonly differences: readonly string[];
  /** Compared nothing, and why: the recordings are not here, a tool could not be installed. */
  readonly skipped?: string;
  /** Other figures worth printing: `10,000 rows, 5,000 refused`. */
  readonly figures?: string;
}
/** One vendor's half of the proof. `isQuick` leaves out what installs a tool or takes minutes. */
export interface Half {
  readonly name: string;
  prove(options: { readonly isQuick: boolean }): Promise<readonly Proof[]>;
}

/** The table of a half, and the differences below it. */
export function printProofs(half: string, proofs: readonly Proof[]): string {
  const table = new Table({ head: [half, 'compared', 'agree', 'differ', ''], style: { head: [], border: [] } });
  for (const proof of proofs)
    table.push([
      proof.name,
      proof.compared,
      proof.agreed,
      proof.compared - proof.agreed,
      proof.skipped === undefined ? (proof.figures ?? '') : `skipped: ${proof.skipped}`,
    ]);
  const told = proofs.flatMap((proof) => proof.differences.map((one) => `  ${proof.name}: ${one}`));
  return [table.toString(), ...told].join('\n');
}

/** Whether nothing differed. What was skipped differs in nothing, and proves nothing. */
export function isClean(proofs: readonly Proof[]): boolean {
  return proofs.every((proof) => proof.compared === proof.agreed && proof.differences.length === 0);
}
