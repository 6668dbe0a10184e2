"""
Writes a model folder in 4 bits as transformers does with bitsandbytes, with the tokenizer.

    python test/reference/save_4bit.py MODEL OUT [--single]

--single: scales in fp32, without double quantisation.
"""

import shutil
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, BitsAndBytesConfig

source, out = Path(sys.argv[1]), Path(sys.argv[2])
config = BitsAndBytesConfig(load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_use_double_quant="--single" not in sys.argv)
model = AutoModelForCausalLM.from_pretrained(source, quantization_config=config, device_map="cpu", dtype=torch.bfloat16)
model.save_pretrained(out)
for file in [*source.glob("tokenizer*"), *source.glob("chat_template*"), *source.glob("special_tokens*")]:
    shutil.copy(file, out)
