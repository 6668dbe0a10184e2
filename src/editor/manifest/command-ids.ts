import { GLOSSARY_COMMAND } from '../../config/names';

/** The commands that package.json declares; a test compares the two. Each id stands here and nowhere else in the sources. */
export const DECLARED = {
  openSampleProject: 'sft.openSampleProject',
  showGlossary: GLOSSARY_COMMAND,
  learnPage: 'sft.learn.readPage',
  learnData: 'sft.learn.showData',
  learnTokens: 'sft.learn.previewTokens',
  learnConfiguration: 'sft.learn.showConfiguration',
  learnTrain: 'sft.learn.train',
  learnMistakes: 'sft.learn.showMistakes',
  learnCurves: 'sft.learn.showCurves',
  learnScores: 'sft.learn.showScores',
  learnNext: 'sft.learn.setUpRun',
  selectModel: 'sft.selectModel',
  getModel: 'sft.getModel',
  fixAll: 'sft.fixAll',
  checkFile: 'sft.checkFile',
  toggleChecking: 'sft.toggleChecking',
  splitDataset: 'sft.splitDataset',
  convertDataset: 'sft.convertDataset',
  /** Asks which fields of a dataset, given by its URI or in front, are question and answer. Gives whether that was written down. */
  mapColumns: 'sft.mapColumns',
  showDatasetReport: 'sft.showDatasetReport',
  previewTrainingSequence: 'sft.previewTrainingSequence',
  goToWorst: 'sft.goToWorst',
  openChat: 'sft.openChat',
  openChatTab: 'sft.openChatTab',
  newChat: 'sft.newChat',
  stopAnswer: 'sft.stopAnswer',
  addEndpoint: 'sft.addEndpoint',
  removeEndpoint: 'sft.removeEndpoint',
  startTraining: 'sft.startTraining',
  trainOnPython: 'sft.trainOnPython',
  setUpPython: 'sft.setUpPython',
  findLearningRate: 'sft.findLearningRate',
  startSweep: 'sft.startSweep',
  showSweep: 'sft.showSweep',
  resumeRun: 'sft.resumeRun',
  pauseRun: 'sft.pauseRun',
  stopRun: 'sft.stopRun',
  compareSelectedRuns: 'sft.compareSelectedRuns',
  useModel: 'sft.useModel',
  pushRun: 'sft.pushRun',
  exportJob: 'sft.exportJob',
  continueFromAdapter: 'sft.continueFromAdapter',
  duplicateConfiguration: 'sft.duplicateConfiguration',
  renameRun: 'sft.renameRun',
  deleteRun: 'sft.deleteRun',
  openRunLog: 'sft.openRunLog',
  openRunFolder: 'sft.openRunFolder',
  revealRun: 'sft.revealRun',
  refreshRuns: 'sft.refreshRuns',
  showDashboard: 'sft.showDashboard',
} as const;

/** Commands for the extension's own use, which no palette and no menu shows. */
const INTERNAL = {
  /** Changes keys of a configuration: its path, and the new values. Gives whether they were written. */
  applyConfigChanges: 'sft.applyConfigChanges',
  /** Shows paths of runs in one dashboard. */
  compareRuns: 'sft.compareRuns',
  /** Takes the hint away from one of the worst examples, by its key. */
  dismissWorst: 'sft.dismissWorst',
  /** Switches a rule off in the settings: its id, and the URI of a file. */
  turnOffRule: 'sft.turnOffRule',
} as const;

export const COMMANDS = { ...DECLARED, ...INTERNAL } as const;

export type CommandId = (typeof COMMANDS)[keyof typeof COMMANDS];

type Handler = (...args: never[]) => unknown;

/** What each command does. One without a handler does not compile. */
export type CommandHandlers = { readonly [C in CommandId]: Handler };

/** The commands of one feature: `{ … } satisfies SomeHandlers`, which a command nobody declared does not satisfy. */
export type SomeHandlers = Partial<CommandHandlers>;

/** The views that package.json declares. */
export const VIEWS = { runs: 'sft.runs', chat: 'sft.chat' } as const;
