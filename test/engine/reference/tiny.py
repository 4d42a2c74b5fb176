"""Makes the tiny random llama of the engine tests and records PyTorch's logits for it.

Writes beside this script: tiny/tiny.gguf (every number format that the compiler reads, one a layer), tiny-other/other.gguf
(other upper layers, in a file of their own), an expert.json for each pack, and tiny.logits.json. Needs torch 2.13.0, transformers 5.23.0, tokenizers 0.23.3, gguf 0.19.0:
    python test/engine/reference/tiny.py
"""
import hashlib
import json
import pathlib

import gguf
import numpy as np
import torch
from gguf.quants import dequantize, quantize
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from transformers import LlamaConfig, LlamaForCausalLM

HERE = pathlib.Path(__file__).parent
CUT = 2
SPECIAL = [
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<repo_name>", "<reponame>", "<file_sep>", "<filename>", "<gh_stars>",
    "<issue_start>", "<issue_comment>", "<issue_closed>", "<jupyter_start>", "<jupyter_text>", "<jupyter_code>",
    "<jupyter_output>", "<jupyter_script>", "<empty_output>",
]
Q = gguf.GGMLQuantizationType
FORMATS = [Q.F32, Q.F16, Q.Q8_0, Q.Q4_1, Q.Q4_0]  # of the layers
EMBEDDING = Q.Q8_0


def train_tokenizer(size):
    """Byte-level BPE with the control tokens first, as in the embedded model."""
    tokenizer = Tokenizer(models.BPE())
    split = [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(split)
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=SPECIAL, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False
    )
    tokenizer.train_from_iterator([(HERE / "text.txt").read_text()], trainer)
    state = json.loads(tokenizer.to_str())["model"]
    tokens = sorted(state["vocab"], key=state["vocab"].get)
    return tokens, [" ".join(pair) for pair in state["merges"]]


def interleave(rows, heads):
    """The row order of attn_q and attn_k in a llama GGUF: the two halves of each head, one row of each in turn."""
    per_head = rows.reshape(heads, 2, rows.shape[0] // heads // 2, rows.shape[1])
    return per_head.swapaxes(1, 2).reshape(rows.shape)


def main():
    torch.manual_seed(20240711)
    tokens, merges = train_tokenizer(320)
    config = LlamaConfig(
        vocab_size=len(tokens), hidden_size=96, intermediate_size=192, num_hidden_layers=len(FORMATS), num_attention_heads=3,
        num_key_value_heads=1, head_dim=32, max_position_embeddings=512, rms_norm_eps=1e-5, tie_word_embeddings=True,
        rope_parameters={"rope_type": "default", "rope_theta": 10000.0},
    )
    model = LlamaForCausalLM(config).float().eval()
    with torch.no_grad():
        for name, weight in model.named_parameters():
            is_norm = name.endswith("norm.weight")
            weight.copy_(torch.rand_like(weight) + 0.5 if is_norm else torch.randn_like(weight) * 0.12)

    names = {
        "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
        "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
        "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    }
    (HERE / "tiny").mkdir(exist_ok=True)
    path = HERE / "tiny" / "tiny.gguf"
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_block_count(len(FORMATS))
    writer.add_context_length(512)
    writer.add_embedding_length(96)
    writer.add_feed_forward_length(192)
    writer.add_head_count(3)
    writer.add_head_count_kv(1)
    writer.add_rope_freq_base(10000.0)
    writer.add_rope_dimension_count(32)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("smollm")
    writer.add_token_list(tokens)
    writer.add_token_types([3 if token in SPECIAL else 1 for token in tokens])
    writer.add_token_merges(merges)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)

    def add(name, weight, kind, heads=0, writer=writer):
        """Writes a tensor and puts the values that a reader will get back into the model."""
        raw = quantize(weight.detach().numpy(), kind)
        with torch.no_grad():
            weight.copy_(torch.from_numpy(np.array(dequantize(raw, kind))))
        # Whole rows change places, so their quantised bytes can move as they are.
        writer.add_tensor(name, interleave(raw, heads) if heads else raw, raw_dtype=kind)

    state = dict(model.named_parameters())
    add("token_embd.weight", state["model.embed_tokens.weight"], EMBEDDING)
    for layer, kind in enumerate(FORMATS):
        for long, short in names.items():
            weight = state[f"model.layers.{layer}.{long}.weight"]
            heads = {"attn_q": 3, "attn_k": 1}.get(short, 0)
            add(f"blk.{layer}.{short}.weight", weight, Q.F32 if short.endswith("norm") else kind, heads)
    add("output_norm.weight", state["model.norm.weight"], Q.F32)
    finish(writer)

    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    write_json(HERE / "tiny" / "expert.json", {
        "id": "backbone", "kind": "backbone", "title": "Tiny", "description": "Random weights for tests.", "cut": CUT,
        "weights": {"file": path.name, "bytes": path.stat().st_size, "sha256": digest},
    })
    (HERE / "tiny-general").mkdir(exist_ok=True)
    write_json(HERE / "tiny-general" / "expert.json", {
        "id": "general", "kind": "expert", "title": "Tiny general", "description": "Random weights for tests.",
        "backbone": digest, "layers": [CUT, len(FORMATS)], "weights": {"from": "backbone"},
    })

    (HERE / "tiny-other").mkdir(exist_ok=True)
    other = HERE / "tiny-other" / "other.gguf"
    general = record(model, torch.randint(len(SPECIAL), len(tokens), (48,)))
    writer = gguf.GGUFWriter(str(other), "llama")
    with torch.no_grad():
        for name, weight in state.items():
            if name == "model.norm.weight" or ".layers." in name and int(name.split(".")[2]) >= CUT:
                weight.copy_(weight.roll(1, 0))
    for layer in range(CUT, len(FORMATS)):
        for long, short in names.items():
            kind = Q.F32 if short.endswith("norm") else Q.Q8_0
            heads = {"attn_q": 3, "attn_k": 1}.get(short, 0)
            add(f"blk.{layer}.{short}.weight", state[f"model.layers.{layer}.{long}.weight"], kind, heads, writer)
    add("output_norm.weight", state["model.norm.weight"], Q.F32, 0, writer)
    finish(writer)
    write_json(HERE / "tiny-other" / "expert.json", {
        "id": "other", "kind": "expert", "title": "Tiny other", "description": "Random weights for tests.",
        "backbone": digest, "layers": [CUT, len(FORMATS)],
        "weights": {"file": other.name, "bytes": other.stat().st_size, "sha256": hashlib.sha256(other.read_bytes()).hexdigest()},
    })
    write_json(HERE / "tiny.logits.json", {**general, "other": record(model, torch.tensor(general["ids"]))["logits"]})


ROWS = [0, 1, 7, 23, 47]


def record(model, ids):
    """PyTorch's logits after some of the tokens."""
    with torch.no_grad():
        logits = model(ids[None]).logits[0]
    print("logits: standard deviation", logits.std().item(), "largest", logits.max().item())
    return {"ids": ids.tolist(), "rows": ROWS, "logits": [[round(x, 5) for x in logits[row].tolist()] for row in ROWS]}


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_json(path, value):
    path.write_text(json.dumps(value, indent=1) + "\n" if "logits" not in value else json.dumps(value) + "\n")


main()
