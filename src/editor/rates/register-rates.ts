import * as vscode from 'vscode';
import { loadConfig } from '../../config/parse-config';
import type { RateTest } from '../../messages/rates';
import { COMMANDS, type SomeHandlers } from '../manifest/command-ids';
import { chooseConfiguration } from '../runs/choose-config';
import { loadOrTell } from '../runs/load-config';
import { saveFirst } from '../runs/save-first';
import { mayRun } from '../runs/trust';
import type { Services } from '../services';
import type { RatePanel } from './rate-panel';
import type { Tested } from './rate-test';

/** `SFT: Find Learning Rate`: a tab for each configuration that is tested. */
export function registerRates(services: Services) {
  const shown = new vscode.EventEmitter<RateTest>();
  const panels = new Map<string, RatePanel>();
  const findLearningRate = async (target?: unknown): Promise<void> => {
    if (!(await mayRun(services))) return;
    const config = await chooseConfiguration(services, target);
    if (config === undefined) return;
    const key = config.toString();
    const open = panels.get(key);
    if (open !== undefined) {
      open.reveal();
      return;
    }
    const tested = await testedConfiguration(services, config);
    if (tested === undefined) return;
    const { RatePanel } = await import('./rate-panel');
    const panel = new RatePanel(services, tested, {
      change: (test) => {
        shown.fire(test);
      },
      again: () => testedConfiguration(services, config),
      close: () => void panels.delete(key),
    });
    panels.set(key, panel);
  };
  return {
    commands: { [COMMANDS.findLearningRate]: findLearningRate } satisfies SomeHandlers,
    /** A test has shown something new. */
    onDidShow: shown.event,
    dispose: () => {
      for (const panel of panels.values()) panel.dispose();
      shown.dispose();
    },
  };
}

async function testedConfiguration(services: Services, config: vscode.Uri): Promise<Tested | undefined> {
  if (!(await saveFirst(services, config))) return undefined;
  const read = await loadOrTell(services, config, loadConfig, 'No learning rate can be looked for');
  return read && { name: read.name, file: config.fsPath, now: read.learning_rate };
}
