import { conversationReading } from './conversation-reading';
import { flatReading, otherFlatKind } from './flat-reading';
import { REQUIRED_KEYS, KINDS, type DatasetKind } from './kind';
import { AS_WRITTEN } from './places';
import { messageLists, preferencePair, readyText } from './other-formats';
import { isJsonObject, type JsonObject, type Note, type Reading } from './reading';
import { unusedKeys } from './unused-keys';

/** Objects that hold an example in exports of other tools: the dataset viewer, Label Studio, Argilla. */
const WRAPPERS = ['row', 'data', 'fields', 'example', 'record'];

/** How an object is read as an example; undefined where it is none of any format. */
export function readExample(value: unknown): Reading | undefined {
  const reading = isJsonObject(value) ? readObject(value) : undefined;
  if (reading === undefined) return undefined;
  const unused = unusedKeys(reading);
  return unused.length === 0 ? reading : { ...reading, notes: [...reading.notes, ...unused] };
}

function readObject(value: JsonObject): Reading | undefined {
  const pair = 'chosen' in value ? preferencePair(value) : undefined;
  if (pair !== undefined) return pair;
  const kind = ownKind(value);
  switch (kind) {
    case 'qa':
    case 'alpaca':
      return flatReading(kind, value);
    case 'prompt-completion':
      return messageLists(value) ?? flatReading(kind, value);
    case 'messages':
    case 'sharegpt':
      return conversationReading(value) ?? { kind, value, places: AS_WRITTEN, notes: [] };
    case undefined: {
      const flat = otherFlatKind(value);
      if (flat !== undefined) return flatReading(flat, value);
      return conversationReading(value) ?? readyText(value) ?? wrapped(value);
    }
  }
}

/** The kind whose required keys an object has, all of them, by their own names. */
function ownKind(value: JsonObject): DatasetKind | undefined {
  return KINDS.find((kind) => REQUIRED_KEYS[kind].every((key) => Object.hasOwn(value, key)));
}

function wrapped(value: JsonObject): Reading | undefined {
  const key = WRAPPERS.find((name) => isJsonObject(value[name]) && readObject(value[name]) !== undefined);
  if (key === undefined) return undefined;
  const inner = readObject(value[key] as JsonObject)!;
  const message = `each example is under "${key}": it is read from there, and the keys next to it are ignored`;
  const note: Note = { rule: 'other-format', severity: 'info', message };
  return { ...inner, places: inner.places.under(key), notes: [note, ...inner.notes] };
}
