"""Records PyTorch's ten likeliest next tokens of three prompts for the embedded weights, in float32: top10.json.

The weights are upstream's GGUF with the layers of the adapted backbone and of `general` in their place, dequantised by the gguf
package; token ids come from its own vocabulary.
Needs torch 2.13.0, transformers 5.23.0, tokenizers 0.23.3, gguf 0.19.0:
    python test/engine/reference/top10.py
"""
import json
import pathlib

import gguf
import numpy as np
import torch
from gguf.quants import dequantize
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import LlamaConfig, LlamaForCausalLM

HERE = pathlib.Path(__file__).parent
EXPERTS = HERE.parents[2] / "experts"
GGUF = EXPERTS / "backbone" / "SmolLM2-135M-Instruct.Q4_1.gguf"
LAYERS = (EXPERTS / "backbone" / "weights.gguf", EXPERTS / "general" / "weights.gguf")
PROMPTS = [
    "def fibonacci(n):\n    if n < 2:\n        return n\n    return ",
    "The capital of France is",
    "function debounce(callback, wait) {\n  let timer;\n  return (...args) => {\n    clearTimeout(",
]
NAMES = {
    "attn_q": "self_attn.q_proj", "attn_k": "self_attn.k_proj", "attn_v": "self_attn.v_proj",
    "attn_output": "self_attn.o_proj", "ffn_gate": "mlp.gate_proj", "ffn_up": "mlp.up_proj", "ffn_down": "mlp.down_proj",
    "attn_norm": "input_layernorm", "ffn_norm": "post_attention_layernorm",
}


def separate(rows, heads):
    """Undoes the row order of attn_q and attn_k in a llama GGUF."""
    per_head = rows.reshape(heads, rows.shape[0] // heads // 2, 2, rows.shape[1])
    return per_head.swapaxes(1, 2).reshape(rows.shape)


def main():
    reader = gguf.GGUFReader(str(GGUF))
    field = lambda key: reader.fields[key].contents()  # noqa: E731
    config = LlamaConfig(
        vocab_size=49152, hidden_size=576, intermediate_size=1536, num_hidden_layers=30, num_attention_heads=9,
        num_key_value_heads=3, max_position_embeddings=8192, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 100000.0},
    )
    state = {}
    for tensor in (tensor for path in (GGUF, *LAYERS) for tensor in gguf.GGUFReader(str(path)).tensors):
        values = np.array(dequantize(tensor.data, tensor.tensor_type), dtype=np.float32)
        if tensor.name == "token_embd.weight":
            state["model.embed_tokens.weight"] = values
        elif tensor.name == "output_norm.weight":
            state["model.norm.weight"] = values
        else:
            _, layer, name, _ = tensor.name.split(".")
            heads = {"attn_q": 9, "attn_k": 3}.get(name)
            state[f"model.layers.{layer}.{NAMES[name]}.weight"] = separate(values, heads) if heads else values
    model = LlamaForCausalLM(config).float().eval()
    missing, unexpected = model.load_state_dict({k: torch.from_numpy(np.ascontiguousarray(v)) for k, v in state.items()}, strict=False)
    assert missing in ([], ["lm_head.weight"]) and not unexpected, (missing, unexpected)
    model.tie_weights()

    vocab = {token: i for i, token in enumerate(field("tokenizer.ggml.tokens"))}
    merges = [tuple(merge.split(" ")) for merge in field("tokenizer.ggml.merges")]
    tokenizer = Tokenizer(models.BPE(vocab=vocab, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    )
    records = []
    for text in PROMPTS:
        ids = tokenizer.encode(text).ids
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0, -1]
        top = logits.topk(10)
        records.append({
            "text": text, "ids": ids, "top": top.indices.tolist(), "logits": [round(x, 4) for x in top.values.tolist()],
            "tokens": [tokenizer.id_to_token(i) for i in top.indices.tolist()],
        })
    (HERE / "top10.json").write_text(json.dumps(records, indent=1, ensure_ascii=False) + "\n")


main()
