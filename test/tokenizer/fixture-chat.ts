import { copyFile, mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { loadChatTokenizer, type ChatTokenizer } from '../../src/text/chat-tokenizer';

const FIXTURES = 'test/reference/text';

/**
 * For tests: a tokenizer with a chat template, as a model folder of its own has them.
 * @param folder gets the model folder
 * @param tokenizer one of the fixtures
 * @param template one of the fixtures, or Jinja text
 */
export async function fixtureChat(folder: string, tokenizer: string, template: string): Promise<ChatTokenizer> {
  const dir = await mkdtemp(path.join(folder, 'model-'));
  for (const name of ['tokenizer.json', 'tokenizer_config.json']) {
    await copyFile(`${FIXTURES}/tokenizers/${tokenizer}/${name}`, path.join(dir, name));
  }
  const file = path.join(dir, 'chat_template.jinja');
  if (template.includes('{')) await writeFile(file, template);
  else await copyFile(`${FIXTURES}/templates/${template}.jinja`, file);
  return loadChatTokenizer(dir);
}
