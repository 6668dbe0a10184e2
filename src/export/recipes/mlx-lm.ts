import { answerRows, asksAboutThinking, dataFiles, rowNotes, templateMessage, templateNotes } from './answer-rows';
import type { Recipe, RecipeParts, RecipeSettings, RecipeSource, RecipeValue } from './recipe';
import { TakenKeys } from './taken-keys';
import { COMPLETION_NOTE } from './trl-data';
import { yamlText } from './yaml-text';

/** For Macs with Apple silicon. */
export const mlxRecipe: Recipe = {
  name: 'mlx-lm',
  summary: 'MLX LM, for Macs with Apple silicon: data and a configuration for `mlx_lm.lora`',
  make(source) {
    const { config, plan, parts } = source;
    const keys = new TakenKeys(config);
    keys.cannot('optim', 'its AdamW has no 8-bit moments: they are kept in full');
    keys.cannot('bf16', 'it computes in the data type of the model');
    keys.cannot('fp16', 'it computes in the data type of the model');
    keys.cannot('packing', 'it puts one conversation into each row');
    keys.cannot('load_in_4bit', 'quantise the model first, `mlx_lm.convert -q`, and name that folder as model');
    keys.cannot('adapter', 'its adapters have another format');
    keys.take('max_grad_norm');
    keys.cannot('early_stopping_patience', 'it does not stop early');
    keys.cannot('shuffle', 'it orders batches by length and draws them at random');
    // Its iterations are batches, and an update is made after so many.
    const accumulation = keys.take('gradient_accumulation_steps');
    for (const key of ['max_steps', 'num_train_epochs', 'warmup_steps', 'warmup_ratio'] as const) keys.take(key);
    const rate = keys.take('learning_rate');
    const evalSteps = keys.take('eval_steps');
    const saveSteps = keys.take('save_steps');
    const settings: RecipeSettings = {
      model: source.baseModel,
      train: true,
      data: 'data',
      mask_prompt: true,
      fine_tune_type: keys.take('training_type'),
      num_layers: -1,
      ...loraSettings(keys),
      batch_size: keys.take('per_device_batch_size'),
      grad_accumulation_steps: accumulation,
      iters: plan.steps * accumulation,
      learning_rate: rate,
      ...schedule(keys.take('lr_scheduler_type'), rate, plan),
      optimizer: 'adamw',
      optimizer_config: {
        adamw: {
          betas: [keys.take('adam_beta1'), keys.take('adam_beta2')],
          eps: keys.take('adam_epsilon'),
          weight_decay: keys.take('weight_decay'),
          // Off unless asked for there; what everyone calls AdamW has it.
          bias_correction: true,
        },
      },
      max_seq_length: keys.take('max_seq_length'),
      grad_checkpoint: keys.take('gradient_checkpointing'),
      seed: keys.take('seed'),
      steps_per_report: accumulation,
      steps_per_eval: (evalSteps ?? plan.steps) * accumulation,
      val_batches: -1,
      save_every: (saveSteps ?? plan.steps) * accumulation,
      test: parts.test.length > 0,
      test_batches: -1,
      adapter_path: 'adapters',
    };
    return {
      files: new Map([
        ['mlx-lm.yaml', yamlText(settings)],
        ['chat_template.jinja', source.chatTemplate],
        ...dataFiles(parts, rowsOf, { validation: 'valid' }),
      ]),
      use: ['pip install mlx-lm', 'mlx_lm.lora --config mlx-lm.yaml'],
      differences: [
        ...keys.lost(),
        ...(config.max_grad_norm === 0
          ? []
          : [`gradients are not clipped (max_grad_norm ${config.max_grad_norm} here)`]),
        ...templateNotes(source),
        ...(asksAboutThinking(source)
          ? [`the tool does not tell the chat template whether to think (${source.thinking} here)`]
          : []),
        ...rowNotes(source),
        COMPLETION_NOTE,
      ],
    };
  },
};

function rowsOf(conversations: RecipeParts['train']): unknown[] {
  return answerRows(conversations).map(({ prompt, answer }) => ({
    messages: [...prompt, answer].map(templateMessage),
  }));
}

/** The names of modules in an MLX layer. */
const MODULES: Readonly<Record<string, string>> = {
  q_proj: 'self_attn.q_proj',
  k_proj: 'self_attn.k_proj',
  v_proj: 'self_attn.v_proj',
  o_proj: 'self_attn.o_proj',
  gate_proj: 'mlp.gate_proj',
  up_proj: 'mlp.up_proj',
  down_proj: 'mlp.down_proj',
};

function loraSettings(keys: TakenKeys): RecipeSettings {
  if (keys.peek('training_type') !== 'lora') return {};
  const targets = keys.peek('target_modules');
  keys.cannot('target_modules', 'it accepts only names, no expression: all seven are adapted');
  if (typeof targets !== 'string' || targets === 'all-linear') keys.take('target_modules');
  const rank = keys.take('lora_r');
  const alpha = keys.take('lora_alpha');
  const names = typeof targets === 'string' ? Object.values(MODULES) : targets.map((name) => MODULES[name] ?? name);
  return {
    lora_parameters: {
      keys: names,
      rank,
      // It multiplies by this number as it is, where PEFT divides lora_alpha by the rank.
      scale: keys.take('use_rslora') ? alpha / Math.sqrt(rank) : alpha / rank,
      dropout: keys.take('lora_dropout'),
    },
  };
}

/** Counted in updates: what rises before the arguments' first value is the warm-up. */
function schedule(
  type: 'linear' | 'cosine' | 'constant',
  rate: number,
  { steps, warmup }: RecipeSource['plan'],
): RecipeSettings {
  const falling = Math.max(1, steps - warmup);
  const made: Readonly<Record<typeof type, RecipeValue>> = {
    linear: { name: 'linear_schedule', arguments: [rate, 0, falling] },
    cosine: { name: 'cosine_decay', arguments: [rate, falling, 0] },
    // A rate that is multiplied by 1 again and again stays.
    constant: { name: 'step_decay', arguments: [rate, 1, steps] },
  };
  if (type === 'constant' && warmup === 0) return {};
  return { lr_schedule: { ...(made[type] as object), ...(warmup > 0 ? { warmup } : {}) } };
}
