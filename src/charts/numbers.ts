/** Made once: making it costs a hundred times what its use does. */
const GROUPED = new Intl.NumberFormat('en-US');

/** `1,234` */
export function whole(value: number): string {
  return GROUPED.format(Math.round(value));
}

/** A measured value in as many digits as tell it from its neighbours: `2.3416`, `0.00018`, `1.2e-5`. */
export function measured(value: number): string {
  if (!Number.isFinite(value)) return '–';
  const size = Math.abs(value);
  if (size === 0) return '0';
  if (size >= 1000) return whole(value);
  if (size >= 100) return value.toFixed(1);
  if (size >= 0.01) return value.toFixed(size >= 10 ? 2 : 4);
  return value.toExponential(2).replace(/\.?0+e/, 'e');
}

/** A round value, such as an axis has, without the zeros of a measured one: `0.05`, `10`, `2e-5`. */
export function round(value: number): string {
  const size = Math.abs(value);
  return size >= 0.001 && size < 1000 ? String(Number(value.toPrecision(6))) : measured(value);
}

/** Bytes in the unit a person reads: `834 MB`, `2.31 GB` (powers of 1024). */
export function memory(bytes: number): string {
  if (!Number.isFinite(bytes)) return '–';
  const mega = bytes / 2 ** 20;
  return mega < 1024 ? `${mega.toFixed(mega < 10 ? 1 : 0)} MB` : `${(mega / 1024).toFixed(2)} GB`;
}

/** A length of time in its two largest units: `41 s`, `3 min 20 s`, `2 h 05 min`, `4 d 3 h`. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–';
  const all = Math.max(0, Math.round(seconds));
  const part = (unit: number, of: number): number => Math.floor(all / unit) % of;
  if (all < 60) return `${all} s`;
  if (all < 3600) return `${part(60, 60)} min ${String(all % 60).padStart(2, '0')} s`;
  if (all < 86_400) return `${part(3600, 24)} h ${String(part(60, 60)).padStart(2, '0')} min`;
  return `${Math.floor(all / 86_400)} d ${part(3600, 24)} h`;
}
