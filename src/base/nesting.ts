/**
 * Whether arrays and objects of a JSON value lie in one another deeper than `levels`. Whoever works through a value that is not goes as
 * deep as it at most: none of them can overflow the stack.
 */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const item of Object.values(value)) if (isDeeper(item, levels - 1)) return true;
  return false;
}
