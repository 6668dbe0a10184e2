import { isJsonObject } from '../reading';
import { annotated } from './annotations';
import { chatGptExport, intents, messageTree, turnLists } from './conversation-files';
import { columnTables } from './columns';
import { squad } from './squad';
import type { WholeFile, WholeFormat } from './whole';
import { listUnderKey, wrapped } from './wrapped';

/** A list of examples comes before tables by columns: what stands beside it may be as long as it. */
const OBJECTS: readonly WholeFormat[] = [squad, intents, listUnderKey, columnTables, wrapped];
const LISTS: readonly WholeFormat[] = [chatGptExport, messageTree, annotated, turnLists, columnTables];

/**
 * What a file is that holds no list of examples, and its examples: exports of annotation tools and of chats, tables turned by pandas,
 * SQuAD, lists within an object.
 * @param value the whole file; of lines a list, of which the first tell what it is
 */
export function readWholeFile(value: unknown): WholeFile | undefined {
  const formats = Array.isArray(value) ? LISTS : isJsonObject(value) ? OBJECTS : [];
  for (const format of formats) {
    const found = format(value);
    if (found !== undefined && found.rows.length > 0) return found;
  }
  return undefined;
}
