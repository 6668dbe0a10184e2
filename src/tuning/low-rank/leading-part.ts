import { normal } from '../../base/random';
import { blockOf, combined, dot, firstRows, orthonormal, products, rowOf, stacked, type Block } from './blocks';
import type { Products } from './device-products';
import { symmetricEigen } from './symmetric-eigen';

/** The largest r singular values of a matrix [rows, cols], descending, with their vectors: left [r, rows], right [r, cols]. */
export interface LeadingPart {
  readonly values: Float64Array;
  readonly left: Block;
  readonly right: Block;
}

/** Vectors beyond those that are wanted: they find their places sooner so. */
const BESIDE = 8;
/** Blocks of a Krylov space before it is cut down to its best vectors. */
const DEPTH = 6;
const MOST_ROUNDS = 30;
/** Of the largest eigenvalue: fp32 products leave about a tenth of it. */
const TOLERANCE = 2e-6;

/**
 * As exactly as fp32 products tell: block Krylov spaces of W Wᵀ, or of Wᵀ W where that is smaller, begun again at their best vectors
 * (Musco & Musco 2015).
 * @param random uniform in [0, 1)
 */
export async function leadingPart(w: Products, r: number, random: () => number): Promise<LeadingPart> {
  const onRows = w.rows < w.cols;
  const width = onRows ? w.rows : w.cols;
  const square = async (x: Block): Promise<Block> => (onRows ? w.forward(await w.back(x)) : w.back(await w.forward(x)));
  let best = orthonormal(randomBlock(Math.min(r + BESIDE, width), width, random));
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const space = await krylovSpace(best, square);
    const { values, vectors } = symmetricEigen(products(space.basis, space.images), space.basis.count);
    const count = Math.min(r + BESIDE, space.basis.count);
    best = combined(vectors, count, space.basis);
    const images = combined(vectors, count, space.images);
    if (largestResidual(best, images, values, r) <= TOLERANCE * values[0]!) break;
  }
  return partIn(w, firstRows(best, r), onRows);
}

/**
 * Roughly and soon: what a random sketch of r vectors and some power iterations find (Halko et al. 2011, algorithm 5.1), as
 * torch.svd_lowrank computes it.
 */
export async function sketchedPart(
  w: Products,
  r: number,
  iterations: number,
  random: () => number,
): Promise<LeadingPart> {
  // On the longer side, as there.
  const onRows = w.rows >= w.cols;
  const [there, back] = onRows ? [w.forward.bind(w), w.back.bind(w)] : [w.back.bind(w), w.forward.bind(w)];
  const width = onRows ? w.cols : w.rows;
  let found = orthonormal(await there(randomBlock(r, width, random)));
  for (let i = 0; i < iterations; i++) found = orthonormal(await there(orthonormal(await back(found))));
  return partIn(w, found, onRows);
}

/** The part of W in the span of vectors that stand on each other: of its rows [n, rows] or of its columns [n, cols]. */
async function partIn(w: Products, span: Block, onRows: boolean): Promise<LeadingPart> {
  const images = await (onRows ? w.back(span) : w.forward(span));
  const { values, vectors } = symmetricEigen(products(images, images), span.count);
  const turned = combined(vectors, span.count, images);
  const lengths = values.map((value) => Math.sqrt(Math.max(0, value)));
  for (let i = 0; i < turned.count; i++) {
    const row = rowOf(turned, i);
    for (let k = 0; k < row.length; k++) row[k] = lengths[i] === 0 ? 0 : row[k]! / lengths[i]!;
  }
  const kept = combined(vectors, span.count, span);
  return onRows ? { values: lengths, left: kept, right: turned } : { values: lengths, left: turned, right: kept };
}

/** A basis of x, Gx, G²x and so on, and what G makes of each of its vectors. */
async function krylovSpace(x: Block, square: (x: Block) => Promise<Block>): Promise<{ basis: Block; images: Block }> {
  const [basis, images] = [[x], [await square(x)]];
  for (let depth = 1; depth < DEPTH; depth++) {
    const next = orthonormal(images.at(-1)!, basis);
    if (next.count === 0) break;
    basis.push(next);
    images.push(await square(next));
  }
  return { basis: stacked(basis), images: stacked(images) };
}

/** Of the first r vectors: how far G x is from a multiple of x. */
function largestResidual(vectors: Block, images: Block, values: Float64Array, r: number): number {
  let largest = 0;
  for (let i = 0; i < Math.min(r, vectors.count); i++) {
    const [vector, image] = [rowOf(vectors, i), rowOf(images, i)];
    const square = dot(image, image) - 2 * values[i]! * dot(image, vector) + values[i]! ** 2;
    largest = Math.max(largest, square);
  }
  return Math.sqrt(Math.max(0, largest));
}

function randomBlock(count: number, width: number, random: () => number): Block {
  return blockOf(
    Float64Array.from({ length: count * width }, () => normal(random)),
    width,
  );
}
