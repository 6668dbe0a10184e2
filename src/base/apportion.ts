/** Shares below this are rounding noise of the multiplication. */
const EPSILON = 1e-9;

/** Whole numbers nearest to total x share whose sum is `total` (largest remainder, Hamilton 1792). Shares sum to 1. */
export function apportion(total: number, shares: readonly number[]): number[] {
  const counts = shares.map((share) => Math.floor(total * share + EPSILON));
  const rest = shares.map((share, i) => total * share - counts[i]!);
  const order = shares.map((_, i) => i).sort((a, b) => rest[b]! - rest[a]! || a - b);
  let left = total - counts.reduce((sum, n) => sum + n, 0);
  for (const i of order) {
    if (left <= 0) break;
    if (shares[i] === 0) continue;
    counts[i]!++;
    left--;
  }
  return counts;
}

/** From so many things on, no share that is asked for stays without any. */
export const ENOUGH_FOR_ALL = 10;

/** How many of `total` a division by these shares is expected to put into each part, as long as nothing has to stay together. */
export function expectedParts(total: number, shares: readonly number[]): number[] {
  const counts = apportion(total, shares);
  for (const [part, share] of shares.entries()) {
    if (total < ENOUGH_FOR_ALL || share === 0 || counts[part]! > 0) continue;
    counts[part] = 1;
    counts[counts.indexOf(Math.max(...counts))]!--;
  }
  return counts;
}

/**
 * A table of whole numbers, rows x shares, each cell total x share rounded up or down, rows summing to `rows`, columns to
 * apportion(sum of rows): controlled rounding (Cox 1987), which always exists.
 * @param rows how many there are in each stratum
 */
export function apportionTable(rows: readonly number[], shares: readonly number[]): number[][] {
  const wanted = apportion(
    rows.reduce((sum, n) => sum + n, 0),
    shares,
  );
  const table = rows.map((row) => apportion(row, shares));
  const columns = shares.map((_, c) => table.reduce((sum, row) => sum + row[c]!, 0));
  for (;;) {
    const over = columns.findIndex((n, c) => n > wanted[c]!);
    const under = columns.findIndex((n, c) => n < wanted[c]!);
    if (over === -1 || under === -1) return table;
    const path = cheapestPath(table, rows, shares, over, under);
    if (path === undefined) return table;
    for (const { row, from, to } of path) {
      table[row]![from]!--;
      table[row]![to]!++;
    }
    columns[over]!--;
    columns[under]!++;
  }
}

interface Move {
  readonly row: number;
  readonly from: number;
  readonly to: number;
  readonly cost: number;
}

/** Moves of single units, each within a row, that take one unit from column `from` to `to`: direct, or through a third column. */
function cheapestPath(
  table: readonly number[][],
  rows: readonly number[],
  shares: readonly number[],
  from: number,
  to: number,
): Move[] | undefined {
  const direct = cheapestMove(table, rows, shares, from, to);
  let best = direct === undefined ? undefined : [direct];
  for (let via = 0; via < shares.length; via++) {
    if (via === from || via === to) continue;
    const first = cheapestMove(table, rows, shares, from, via);
    const second = cheapestMove(table, rows, shares, via, to);
    if (first === undefined || second === undefined) continue;
    const cost = first.cost + second.cost;
    if (best === undefined || cost < best.reduce((sum, move) => sum + move.cost, 0)) best = [first, second];
  }
  return best;
}

function cheapestMove(
  table: readonly number[][],
  rows: readonly number[],
  shares: readonly number[],
  from: number,
  to: number,
): Move | undefined {
  let best: Move | undefined;
  for (const [row, total] of rows.entries()) {
    const excess = table[row]![from]! - total * shares[from]!;
    const lack = total * shares[to]! - table[row]![to]!;
    // Only a cell rounded up gives, only one rounded down takes.
    if (excess <= EPSILON || lack <= EPSILON) continue;
    const cost = -(excess + lack);
    if (best === undefined || cost < best.cost) best = { row, from, to, cost };
  }
  return best;
}
