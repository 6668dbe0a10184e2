import { findOllama, isOllamaName } from '../../export/ollama/create-model';
import type { Services } from '../services';
import { chooseOllama } from './forms';
import { plainName } from './plain-name';
import { runOllama } from './terminals';
import type { UseTarget } from './use-target';
import { openReadme, writeForm } from './write-form';

/** Writes a folder for Ollama, and makes the model there where Ollama is found and the person wants it. */
export async function writeForOllama(services: Services, target: UseTarget): Promise<void> {
  const { dialogs } = services;
  const form = await chooseOllama(services, target);
  if (form === undefined) return;
  const program = findOllama();
  if (program === undefined) {
    await writeForm(services, target, form, openReadme);
    return;
  }
  const make = { label: 'Create the model in Ollama too', detail: `With ${program}` };
  const only = { label: 'Only write the folder', detail: 'README.md in it says how to create the model' };
  const chosen = await dialogs.pick([make, only], 'Ollama is on this machine');
  if (chosen === only) await writeForm(services, target, form, openReadme);
  if (chosen !== make) return;
  const name = await dialogs.text({
    prompt: 'The name of the model in Ollama; an existing model of this name is replaced',
    value: plainName(target.name.toLowerCase(), /[^a-z0-9._-]+/g),
    validateInput: (text) =>
      isOllamaName(text.trim()) ? undefined : 'Letters, digits, dots, dashes and underscores, as in faq-model:v2',
  });
  if (name === undefined) return;
  const args = [...form.args, '--create', name.trim()];
  const run = {
    title: 'Run in Terminal',
    run: () => {
      runOllama(program, name.trim());
    },
  };
  await writeForm(services, target, { ...form, args, what: `folder for Ollama with the model ${name.trim()}` }, run);
}
