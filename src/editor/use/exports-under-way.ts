/** The exports that this window is writing: they end with it. */
export const exportsUnderWay = new Set<AbortController>();
