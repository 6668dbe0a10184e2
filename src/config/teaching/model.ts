import type { Teaching } from './teaching';

export const MODEL_TEACHING = {
  $schema: {
    what: 'Tells other editors where the schema of this file is, so that they too can complete keys and show errors. Training does not read it.',
    first: 'leave it out: VS Code recognises files named `sft.config.json` without it.',
    production:
      'a path such as `./node_modules/sft-workbench/schemas/config.schema.json` when a team works in several editors.',
    sides: ['Given', 'Left out'],
    high: 'a wrong path does no harm to training, but the editor may warn that it cannot load the schema.',
    low: 'other editors show this file as plain JSON, without any help.',
  },
  name: {
    what: 'A short name for your runs. It becomes part of the name of each run folder, after the time, so that you can find the right one.',
    first: 'leave it out, and the name of the data file is used.',
    production:
      'what you are trying out, such as `faq-rank32` or `faq-more-data`: weeks later the folder name still says what was different.',
    sides: ['Too long', 'Too vague'],
    high: 'folder names that are hard to read in a list and awkward to type.',
    low: 'ten runs called `test`, and you must open each to see which is which.',
  },
  model_name: {
    what: 'The model you start from: its folder with `config.json`, `*.safetensors` and `tokenizer.json` (the path is relative to this file), or its name on the Hugging Face Hub, such as `HuggingFaceTB/SmolLM2-135M-Instruct`, once `sft pull` has downloaded it. It already knows language and has general knowledge; training adds your subject.',
    first: 'a small "Instruct" model (100 to 400 million weights), which trains in minutes even on a processor.',
    production: 'the largest one that your memory and time allow, 1 to 8 billion weights.',
    sides: ['Too large', 'Too small'],
    high: 'it does not fit into memory, or every step takes minutes.',
    low: 'it learns the tone of your answers and still gets facts and longer sentences wrong.',
  },
  adapter: {
    what: 'The adapter folder of an earlier run, to continue from instead of starting a new one. The model must be the one that the adapter was trained on.',
    first: '`null`: a new adapter changes nothing at first and learns from there.',
    production: '`null` for a clean comparison; a path if you added new examples and kept the old ones.',
    sides: ['Continued', 'Fresh'],
    high: 'with only new examples, what the adapter learned earlier fades; after many rounds it recites the examples.',
    low: 'everything has to be learned again, which takes the full number of steps.',
  },
  system_prompt: {
    what: 'An instruction put before every question, in training and in use, such as the role and the tone. The model learns to answer with it, so use the same words later.',
    first: '`null`, or one plain sentence.',
    production: 'one or two sentences on role, tone and what to do when the answer is not known.',
    sides: ['Too long', 'Left out'],
    high: 'its tokens count again in every example: less room under `max_seq_length`, slower steps, more memory.',
    low: 'nothing is lost in training; the model then answers from the question alone.',
  },
  train_on: {
    what: 'Which answers of a conversation the model learns to write. `all` takes every turn of the assistant, `last` only the one that ends the conversation; the other turns are read as context either way. Turns marked `"weight": 0` or `"train": false` are always context.',
    first: '`all`; with one question and one answer each it makes no difference.',
    production: '`all` if every answer is a good one; `last` if earlier ones only lead up to the last.',
    sides: ['all', 'last'],
    high: 'a careless answer in the middle of a conversation is learned like any other.',
    low: 'the first answers of long conversations teach nothing, although their tokens cost time.',
  },
  enable_thinking: {
    what: 'Models such as Qwen 3 can write down their thoughts before an answer. `true` asks for them, `false` does not and leaves the thoughts of the data out, `auto` does what the data does: thoughts are in `<think>...</think>` before an answer or in `reasoning_content` next to it. A run prompts in the same way in training, evaluation, chat and `sft serve`.',
    first: '`auto`.',
    production: '`auto`; `false` to teach short answers from data that has thoughts.',
    sides: ['true', 'false'],
    high: 'answers take several times as many tokens, so raise `max_new_tokens`; if the data has no thoughts, the model learns to have none.',
    low: 'the thoughts in the data are not learned; the checks before a run say how many.',
  },
  max_seq_length: {
    what: 'The most tokens an example may have, question, answer and template together. A token is about three quarters of an English word. A longer example is cut off at the end, and an answer that is cut off entirely stops the run.',
    first: '512 to 1024.',
    production: 'a little above your longest example: `sft count --config sft.config.json` prints p95 and the maximum.',
    high: 'memory grows with the examples that use it. More than the model supports is refused.',
    low: 'answers lose their endings, and the model learns to stop in mid-sentence.',
  },
  load_in_4bit: {
    what: 'Keeps the frozen weights of the model in 4 bits each instead of 16 (QLoRA): a quarter of their memory, for a little accuracy. The matrices of the layers are quantised to NF4 as they are read; embeddings, norms and the head stay as they are, and the adapter keeps full precision. A folder that bitsandbytes has quantised (`*-bnb-4bit`) is read as it is, whether this is `true` or `false`.',
    first: '`false` with a small model; `true` lets an 8-billion model fit into 8 GB.',
    production: '`false` where memory allows.',
    sides: ['On', 'Off'],
    high: 'slightly worse answers, especially from small models, and a slower start.',
    low: 'large models need four times the memory for their weights.',
  },
  bnb_4bit_use_double_quant: {
    what: 'With `load_in_4bit`, each block of 64 weights has a scale. `true` keeps these scales in 8 bits too (double quantisation), which saves 0.4 bits per weight. A folder that is already quantised keeps its scales.',
    first: '`true`.',
    production: '`true`; `false` to compare with a run elsewhere that had it off.',
    sides: ['On', 'Off'],
    high: 'the scales are rounded, which hardly changes the answers.',
    low: 'an 8-billion model takes 0.3 GB more.',
  },
  engine: {
    what: 'Chooses who computes the training. `builtin` is SFT Workbench itself and needs nothing else. `accelerate` hands the training to PyTorch and PEFT in your own Python, on one or several NVIDIA GPUs. Data checks, dashboard, pause, evaluation, chat and exports work the same.',
    first: '`builtin`.',
    production:
      '`accelerate` on a machine with an NVIDIA GPU, once `sft python check` reports that everything is installed.',
    sides: ['accelerate', 'builtin'],
    high: 'Python with PyTorch, transformers, PEFT and accelerate must be installed (about 6 GB), and each start takes ten seconds or more.',
    low: 'only the devices that `sft devices` lists compute.',
  },
  device: {
    what: 'The device that computes: `cpu` is the processor, `cuda` an NVIDIA card, `webgpu` any modern graphics card, `tfjs` TensorFlow.js, which is slow but runs everywhere. `auto` uses the processor, or `tfjs` if the kernels for the processor are missing, and says which; `cuda` and `webgpu` must be named and were tested in emulation, not yet on a graphics card; `webgpu` needs the npm package `webgpu`.',
    first: '`auto`.',
    production:
      '`auto`, or the name of one device if results must be repeated exactly: each device rounds sums differently.',
    sides: ['One named', 'auto'],
    high: 'the run refuses to start on a machine that lacks it, instead of quietly becoming slow.',
    low: 'the same file may run on different devices on different machines.',
  },
  threads: {
    what: 'How many processor threads share the work of each step. It changes the speed, but not the result.',
    first: '`null`: all cores.',
    production:
      'the number of real cores (not the doubled number that hyper-threading shows), or a few fewer on a machine that does other work.',
    high: 'more threads than cores wait for one another, and training becomes slower, not faster.',
    low: 'cores are idle; with 1 of 8 a run takes several times as long, but the machine stays responsive.',
  },
} as const satisfies Record<string, Teaching>;
