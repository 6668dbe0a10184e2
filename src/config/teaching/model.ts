import type { Teaching } from './teaching';

export const MODEL_TEACHING = {
  $schema: {
    what: 'Tells editors other than this one where the description of this file lies, so that they too can complete keys and show what is wrong. Training does not read it.',
    first: 'leave it out: files named `sft.config.json` are recognised here without it.',
    production:
      'a path such as `./node_modules/sft-workbench/schemas/config.schema.json` when a team works in several editors.',
    sides: ['Given', 'Left out'],
    high: 'a wrong path does no harm to training, but the editor may warn that it cannot load the description.',
    low: 'other editors show this file as plain JSON, without any help.',
  },
  name: {
    what: 'A short name for your runs. It becomes part of the name of each run folder, after the time, so that you find the right one among many.',
    first: 'leave it out, and the name of the data file is used.',
    production:
      'what you are trying out, such as `faq-rank32` or `faq-more-data`: weeks later the folder itself then says what was different.',
    sides: ['Too long', 'Too vague'],
    high: 'folder names that are hard to read in a list and awkward to type.',
    low: 'ten runs called `test`, and you must open each to see which is which.',
  },
  model_name: {
    what: 'The model you start from: its folder with `config.json`, `*.safetensors` and `tokenizer.json` (the path is relative to this file), or its name on the Hugging Face Hub, such as `HuggingFaceTB/SmolLM2-135M-Instruct`, once `sft pull` has got it. It already has its language and general knowledge; training adds your subject.',
    first: 'a small "Instruct" model (100 to 400 million weights), which trains in minutes even on a processor.',
    production: 'the largest one your memory and your patience allow, 1 to 8 billion weights.',
    sides: ['Too large', 'Too small'],
    high: 'it does not fit into memory, or every step takes minutes.',
    low: 'it learns the tone of your answers and still gets facts and longer sentences wrong.',
  },
  adapter: {
    what: 'The adapter folder of an earlier run, to go on from instead of starting afresh. The model must be the one that the adapter was trained on.',
    first: '`null`: a fresh adapter changes nothing at first and learns from there.',
    production:
      '`null` for a clean comparison; a path when new examples arrived and the old ones are still in the set.',
    sides: ['Continued', 'Fresh'],
    high: 'with only new examples in the set, what the adapter learned earlier fades; with many rounds it recites.',
    low: 'everything has to be learned again, which takes the full number of steps.',
  },
  system_prompt: {
    what: 'An instruction put before every question, in training and in use alike, such as who is speaking and how. The model learns to answer in its presence, so use the same words later.',
    first: '`null`, or one plain sentence.',
    production: 'one or two sentences on role, tone and what to do when the answer is not known.',
    sides: ['Too long', 'Left out'],
    high: 'its tokens are spent again in every example: less room under `max_seq_length`, slower steps, more memory.',
    low: 'nothing is lost in training; the model then answers from the question alone.',
  },
  train_on: {
    what: 'Which answers of a conversation the model learns to write. `all` takes every turn of the assistant, `last` only the one that ends the conversation; the other turns are read as context either way. Turns marked `"weight": 0` or `"train": false` are always context.',
    first: '`all`; with one question and one answer each it makes no difference.',
    production:
      '`all` where every answer is a good one; `last` where earlier ones are only there to lead up to the last.',
    sides: ['all', 'last'],
    high: 'a careless answer in the middle of a conversation is learnt like any other.',
    low: 'the opening answers of long conversations teach nothing, though their tokens are paid for.',
  },
  enable_thinking: {
    what: 'Models such as Qwen 3 can write down their thoughts before an answer. `true` asks for them, `false` does not and leaves the thoughts of the data out, `auto` does what the data do: thoughts stand in `<think>...</think>` before an answer or in `reasoning_content` beside it. A run asks in the same way in training, evaluation, chat and `sft serve`.',
    first: '`auto`.',
    production: '`auto`; `false` to teach short answers from data that has thoughts.',
    sides: ['true', 'false'],
    high: 'answers take several times as many tokens, so raise `max_new_tokens`; where the data hold no thoughts, the model learns to have none.',
    low: 'the thoughts of the data are not learnt; how many is told before the run.',
  },
  max_seq_length: {
    what: 'The most tokens an example may have, question, answer and template together. A token is about three quarters of an English word. What is longer loses its end, and an answer that is wholly cut off stops the run.',
    first: '512 to 1024.',
    production: 'a little above your longest example: `sft count --config sft.config.json` prints p95 and the maximum.',
    high: 'memory grows with the examples that use the room. More than the model was made for is refused.',
    low: 'answers lose their endings, and the model learns to stop in mid-sentence.',
  },
  load_in_4bit: {
    what: 'Keeps the frozen weights of the model in 4 bits each instead of 16 (QLoRA): a quarter of their memory, for a little accuracy. The matrices of the layers are quantised to NF4 as they are read; embeddings, norms and the head stay as they are, and the adapter is exact. A folder that bitsandbytes has quantised (`*-bnb-4bit`) is read as it is, with `true` and with `false`.',
    first: '`false` with a small model; `true` lets an 8-billion model fit into 8 GB.',
    production: '`false` where memory allows.',
    sides: ['On', 'Off'],
    high: 'slightly worse answers, most of all from small models, and a start that quantises first.',
    low: 'large models need four times the memory for their weights.',
  },
  bnb_4bit_use_double_quant: {
    what: 'With `load_in_4bit`, each block of 64 weights has a scale. `true` keeps these scales in 8 bits too (double quantisation), which saves 0.4 bits a weight. A folder that is quantised already keeps the scales it has.',
    first: '`true`.',
    production: '`true`; `false` to compare with a run elsewhere that had it off.',
    sides: ['On', 'Off'],
    high: 'the scales are rounded, which changes the answers hardly at all.',
    low: 'an 8-billion model takes 0.3 GB more.',
  },
  engine: {
    what: 'Chooses who computes the training. `builtin` is SFT Workbench itself and needs nothing else. `accelerate` hands tokens, order and start to PyTorch and PEFT in a Python of yours, which trains on NVIDIA GPUs, one or several. Data checks, dashboard, pause, evaluation, chat and exports stay as they are.',
    first: '`builtin`.',
    production:
      '`accelerate` on a machine with an NVIDIA GPU, after `sft python check` has said that everything is there.',
    sides: ['accelerate', 'builtin'],
    high: 'Python with PyTorch, transformers, PEFT and accelerate has to be installed, some 6 GB, and each start takes ten seconds or more.',
    low: 'only the devices that `sft devices` lists compute.',
  },
  device: {
    what: 'What computes: `cpu` the processor, `cuda` an NVIDIA card, `webgpu` any modern graphics card, `tfjs` TensorFlow.js, slow, which runs everywhere. `auto` takes the processor, or `tfjs` where its kernels are missing, and says which; `cuda` and `webgpu` have to be named and were tried on software that stands for a graphics card, not yet on one; `webgpu` needs the npm package `webgpu`.',
    first: '`auto`.',
    production:
      '`auto`, or the name of one device where results must be repeated exactly: sums are rounded differently on each.',
    sides: ['One named', 'auto'],
    high: 'the run refuses to start on a machine that lacks it, instead of quietly becoming slow.',
    low: 'the same file may run on different devices on different machines.',
  },
  threads: {
    what: 'How many processor threads share the work of each step. It changes the speed and nothing you would notice in the result.',
    first: '`null`: all cores.',
    production:
      'the number of real cores (not the doubled number that hyper-threading shows), or a few less on a machine with other duties.',
    high: 'more threads than cores wait for one another, and training becomes slower, not faster.',
    low: 'cores stand idle; with 1 of 8 a run takes several times as long, while the machine stays pleasant to use.',
  },
} as const satisfies Record<string, Teaching>;
