"""Writes kernels.json: what PyTorch computes for the kernels of the Device interface, forward and by autograd.

Run with a Python that has torch: python test/reference/kernels.py
Inputs are multiples of 1/64 (exact in fp32 and short in JSON); PyTorch computes in double precision.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

torch.manual_seed(20)
DOUBLE = torch.float64


def draw(*shape, scale=1.0):
    values = (torch.rand(*shape, dtype=DOUBLE) * 2 - 1) * scale
    return ((values * 64).round() / 64).requires_grad_()


def flat(tensor):
    return [float(f"{value:.8g}") for value in tensor.detach().flatten().tolist()]


def rms_norm():
    x, weight, dy = draw(5, 24, scale=2), draw(24), draw(5, 24).detach()
    y = F.rms_norm(x, (24,), weight, 1e-5)
    y.backward(dy)
    return {
        "rows": 5, "dim": 24, "eps": 1e-5, "x": flat(x), "weight": flat(weight), "dy": flat(dy),
        "y": flat(y), "dx": flat(x.grad), "dweight": flat(weight.grad),
    }


def rope():
    tokens, heads, dim, base = 6, 2, 16, 10000.0
    positions = torch.tensor([0, 1, 2, 9, 30, 31])
    x, dy = draw(tokens, heads, dim), draw(tokens, heads, dim).detach()
    frequencies = base ** -(torch.arange(0, dim, 2, dtype=DOUBLE) / dim)
    table = torch.arange(32, dtype=DOUBLE)[:, None] * frequencies
    angle = table[positions].repeat(1, 2)[:, None, :]
    rotated = torch.cat((-x[..., dim // 2 :], x[..., : dim // 2]), dim=-1)
    y = x * angle.cos() + rotated * angle.sin()
    y.backward(dy)
    return {
        "tokens": tokens, "heads": heads, "head_dim": dim, "positions": positions.tolist(),
        "cos": flat(table.cos()), "sin": flat(table.sin()), "x": flat(x), "dy": flat(dy), "y": flat(y), "dx": flat(x.grad),
    }


def attention(window):
    lengths, heads, kv_heads, dim = [5, 11], 4, 2, 16
    total = sum(lengths)
    q, k, v = draw(total, heads, dim, scale=2), draw(total, kv_heads, dim, scale=2), draw(total, kv_heads, dim)
    dout = draw(total, heads, dim).detach()
    outputs, at = [], 0
    for n in lengths:
        rows = slice(at, at + n)
        i, j = torch.arange(n)[:, None], torch.arange(n)[None, :]
        mask = (j <= i) & ((j > i - window) if window else True)
        parts = [t[rows].transpose(0, 1)[None] for t in (q, k, v)]
        outputs.append(F.scaled_dot_product_attention(*parts, attn_mask=mask, enable_gqa=True)[0].transpose(0, 1))
        at += n
    o = torch.cat(outputs)
    o.backward(dout)
    return {
        "lengths": lengths, "heads": heads, "kv_heads": kv_heads, "head_dim": dim, "window": window,
        "q": flat(q), "k": flat(k), "v": flat(v), "dout": flat(dout),
        "o": flat(o), "dq": flat(q.grad), "dk": flat(k.grad), "dv": flat(v.grad),
    }


def swiglu():
    gate, up, dh = draw(100, scale=6), draw(100), draw(100).detach()
    h = F.silu(gate) * up
    h.backward(dh)
    return {
        "gate": flat(gate), "up": flat(up), "dh": flat(dh),
        "h": flat(h), "dgate": flat(gate.grad), "dup": flat(up.grad),
    }


def cross_entropy():
    rows, vocab, scale = 4, 77, 0.25
    logits = draw(rows, vocab, scale=8)
    targets = torch.randint(vocab, (rows,))
    nll = F.cross_entropy(logits, targets, reduction="none")
    (nll.sum() * scale).backward()
    return {
        "rows": rows, "vocab": vocab, "grad_scale": scale, "logits": flat(logits), "targets": targets.tolist(),
        "nll": flat(nll), "dlogits": flat(logits.grad),
    }


def adamw():
    settings = {"lr": 3e-3, "betas": (0.9, 0.999), "eps": 1e-8, "weight_decay": 0.1}
    parameter = draw(40)
    start = flat(parameter)
    optimizer = torch.optim.AdamW([parameter], **settings)
    gradients, states = [], []
    for _ in range(3):
        parameter.grad = draw(40, scale=0.5).detach()
        gradients.append(flat(parameter.grad))
        optimizer.step()
        states.append(flat(parameter))
    return {**settings, "parameter": start, "gradients": gradients, "states": states}


def linear():
    m, n, k = 5, 9, 21
    x, w, bias, dy = draw(m, k), draw(n, k), draw(n), draw(m, n).detach()
    y = F.linear(x, w, bias)
    y.backward(dy)
    return {
        "m": m, "n": n, "k": k, "x": flat(x), "w": flat(w), "bias": flat(bias), "dy": flat(dy),
        "y": flat(y), "dx": flat(x.grad), "dw": flat(w.grad), "db": flat(bias.grad),
    }


fixtures = {
    "torch": torch.__version__,
    "linear": linear(),
    "rms_norm": rms_norm(),
    "rope": rope(),
    "attention": [attention(0), attention(4)],
    "swiglu": swiglu(),
    "cross_entropy": cross_entropy(),
    "adamw": adamw(),
}
Path(__file__).with_suffix(".json").write_text(json.dumps(fixtures) + "\n")
