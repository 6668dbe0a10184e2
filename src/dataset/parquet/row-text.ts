/** A row of a Parquet file on one line of JSON: what is null left out, whole numbers exact, times in ISO 8601. */
export function rowText(value: unknown): string {
  return written(value) ?? 'null';
}

/** Undefined for what is not there. */
function written(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  switch (typeof value) {
    case 'bigint':
      return String(value);
    case 'number':
      return Number.isFinite(value) ? JSON.stringify(value) : undefined;
    case 'object':
      break;
    default:
      return JSON.stringify(value);
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : JSON.stringify(value.toISOString());
  if (value instanceof Uint8Array) return JSON.stringify(textOf(value));
  if (ArrayBuffer.isView(value)) return listOf(Array.from(value as unknown as ArrayLike<unknown>));
  if (Array.isArray(value)) return listOf(value);
  const pairs = Object.entries(value).flatMap(([key, item]) => {
    const text = written(item);
    return text === undefined ? [] : [`${JSON.stringify(key)}: ${text}`];
  });
  return `{${pairs.join(', ')}}`;
}

function listOf(items: readonly unknown[]): string {
  return `[${items.map((item) => written(item) ?? 'null').join(', ')}]`;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Older writers do not say that bytes are a text; what is none, an image say, is written in base64. */
function textOf(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    return Buffer.from(bytes).toString('base64');
  }
}
