"""Makes the tiny random models that stand for a user's own, and records what PyTorch and `tokenizers` say of them.

Writes to own/ beside this script: blocks.gguf and blocks.f32 (every number format and what the `gguf` package reads out of it);
for both families a GGUF of 32-value formats and one of K-quants, and a safetensors model as `transformers` saves it; tokenizers
of every supported kind; logits.json and tokens.json. Needs torch 2.13.0, transformers 5.23.0, tokenizers 0.23.3, gguf 0.19.0:
    python test/engine/reference/own.py
"""
import hashlib
import itertools
import json
import shutil
import struct

import gguf
import numpy as np
import torch
from gguf.quants import dequantize, quantize
from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import LlamaConfig, LlamaForCausalLM, Qwen2Config, Qwen2ForCausalLM

import tokenizer_digest
from tokenizer_digest import HERE

OWN = HERE / "own"
Q = gguf.GGMLQuantizationType
SMALL = [Q.F32, Q.F16, Q.BF16, Q.Q8_0, Q.Q4_0, Q.Q4_1, Q.Q5_0, Q.Q5_1]
K = [Q.Q4_K, Q.Q5_K, Q.Q6_K]
ROWS = [0, 1, 7, 23, 47]
LLAMA3 = {"rope_type": "llama3", "rope_theta": 10000.0, "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
          "original_max_position_embeddings": 32}
LINEAR = {"rope_type": "linear", "rope_theta": 10000.0, "factor": 4.0}
PLAIN = {"rope_type": "default", "rope_theta": 1000000.0}

# ── Number formats ──


def random_blocks(kind, rows, columns):
    """Quantised rows: rounded by the gguf package where it can, else random bits with scales of a usual size."""
    if kind not in K:
        return quantize((np.random.randn(rows, columns) * 0.1).astype(np.float32), kind)
    block, size = gguf.GGML_QUANT_SIZES[kind]
    raw = np.random.randint(0, 256, (rows, columns // block, size), dtype=np.uint8)
    half = lambda value: np.frombuffer(np.float16(value * np.random.uniform(0.5, 1.5)).tobytes(), np.uint8)
    for row in raw.reshape(-1, size):
        if kind == Q.Q6_K:
            row[192:208] = np.random.randint(-32, 32, 16).astype(np.int8).view(np.uint8)
            row[208:210] = half(2.5e-4)
        else:
            step = 4e-4 if kind == Q.Q4_K else 2e-4
            row[0:2] = half(step)
            row[2:4] = half(step * (7.5 if kind == Q.Q4_K else 15.5))
    return raw.reshape(rows, -1)


def write_blocks():
    writer = gguf.GGUFWriter(str(OWN / "blocks.gguf"), "blocks")
    values = []
    for kind in SMALL + K:
        raw = random_blocks(kind, 2, 512)
        writer.add_tensor(kind.name, raw, raw_dtype=kind)
        values.append(dequantize(raw, kind).astype("<f4"))
    finish(writer)
    (OWN / "blocks.f32").write_bytes(np.concatenate(values).tobytes())


# ── Tokenizers ──

INSENSITIVE = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = r"[^\r\n\p{L}\p{N}]?\p{L}+"
REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"


def split(pattern):
    return pre_tokenizers.Split(Regex(pattern), "isolated")


def bytes_without(use_regex):
    return pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=use_regex)


QWEN2 = [split(f"{INSENSITIVE}|{WORDS}|\\p{{N}}|{REST}"), bytes_without(False)]
LLAMA3_SPLIT = [split(f"{INSENSITIVE}|{WORDS}|\\p{{N}}{{1,3}}|{REST}"), bytes_without(False)]
STARCODER = [pre_tokenizers.Digits(individual_digits=True), bytes_without(True)]
DEEPSEEK = [split("[\r\n]"), split("\\s?\\p{L}+"), split("\\s?\\p{P}+"), split("[一-龥ࠀ-一가-퟿]+"),
            pre_tokenizers.Digits(individual_digits=True), bytes_without(False)]
QWEN_SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|fim_prefix|>", "<|fim_middle|>", "<|fim_suffix|>",
                "<|fim_pad|>", "<|repo_name|>", "<|file_sep|>"]


def byte_level(stages, special, normalizer=None, bos=None, whole=False):
    """A byte-level BPE trained on text.txt. Returns it twice: as it is for plain text, and with its control tokens."""
    tokenizer = Tokenizer(models.BPE(ignore_merges=whole))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(stages)
    tokenizer.decoder = decoders.ByteLevel()
    if normalizer is not None:
        tokenizer.normalizer = normalizer
    trainer = trainers.BpeTrainer(
        vocab_size=480, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator([(HERE / "text.txt").read_text()], trainer)
    plain = Tokenizer.from_str(tokenizer.to_str())
    tokenizer.add_special_tokens(special)
    if bos is not None:
        tokenizer.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template(tokenizer, bos)])
    return plain, tokenizer


def template(tokenizer, bos):
    return processors.TemplateProcessing(single=f"{bos} $A", special_tokens=[(bos, tokenizer.token_to_id(bos))])


def sentencepiece(metaspace):
    """A SentencePiece-like BPE with byte tokens, as Llama 2 and CodeLlama have."""
    special = ["<unk>", "<s>", "</s>"]
    hexes = [f"<0x{byte:02X}>" for byte in range(256)]
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    trainer = trainers.BpeTrainer(vocab_size=200, show_progress=False)
    # The tab and the line end have no token of their own, as in the originals.
    text = (HERE / "text.txt").read_text().replace("\n", " ").replace("\t", " ")
    trained.train_from_iterator([text], trainer)
    state = json.loads(trained.to_str())["model"]
    pieces = sorted(state["vocab"], key=state["vocab"].get)
    merges = [tuple(pair) for pair in state["merges"]] + [("▁", "▁"), ("▁▁", "▁▁"), ("▁▁▁▁", "▁▁▁▁")]
    infill = ["▁<PRE>", "▁<SUF>", "▁<MID>", "▁<EOT>"]
    order = special + hexes + ["".join(pair) for pair in merges] + [piece for piece in pieces if len(piece) == 1]
    order = list(dict.fromkeys(order))
    vocabulary = {token: id for id, token in enumerate(order)}
    # All ways to make a token, in the order of its first: what a conversion from scores gives.
    rank = {token: place for place, token in reversed(list(enumerate("".join(pair) for pair in merges)))}
    pairs = [(token[:cut], token[cut:]) for token in rank for cut in range(1, len(token))]
    pairs = [pair for pair in pairs if pair[0] in vocabulary and pair[1] in vocabulary]
    pairs.sort(key=lambda pair: (rank["".join(pair)], vocabulary[pair[0]], vocabulary[pair[1]]))
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=pairs, unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    if metaspace:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    else:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([
        decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    plain = Tokenizer.from_str(tokenizer.to_str())
    tokenizer.add_special_tokens(special + infill)
    tokenizer.post_processor = template(tokenizer, "<s>")
    scores = {token: -float(place) for token, place in rank.items()}
    return plain, tokenizer, scores


def make_tokenizers():
    made = {
        "qwen2": byte_level(QWEN2, QWEN_SPECIAL, normalizers.NFC()),
        "llama3": byte_level(LLAMA3_SPLIT, ["<|begin_of_text|>", "<|end_of_text|>"], bos="<|begin_of_text|>", whole=True),
        "starcoder": byte_level(STARCODER, ["<|endoftext|>", "<fim_prefix>", "<fim_middle>", "<fim_suffix>", "<repo_name>",
                                            "<file_sep>"]),
        "deepseek": byte_level(DEEPSEEK, ["<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>", "<｜fim▁begin｜>",
                                          "<｜fim▁hole｜>", "<｜fim▁end｜>"], bos="<｜begin▁of▁sentence｜>"),
        "codellama": sentencepiece(False)[:2],
        "metaspace": sentencepiece(True)[:2],
    }
    strings = list(itertools.islice(tokenizer_digest.test_strings(), 5000))
    strings += ["it'ſ I'LL", "ǅ 12345 ① e\u0301", "  two  blanks\n\n\ttab", "a\u0085b\ufeffc\u2028d"]
    tokens = {"strings": len(strings), "more": strings[5000:], "digests": {}}
    for name, (plain, _) in made.items():
        sha = hashlib.sha256()
        total = 0
        for text in strings:
            ids = plain.encode(text).ids
            total += len(ids)
            sha.update(struct.pack(f"<{len(ids)}I", *ids) + b"\xff" * 4)
        tokens["digests"][name] = {"ids": total, "sha256": sha.hexdigest()}
    for name in ["starcoder", "metaspace"]:
        (OWN / name).mkdir(exist_ok=True)
        (OWN / name / "tokenizer.json").write_text(made[name][1].to_str() + "\n")
    write_json(OWN / "tokens.json", tokens)
    return {name: tokenizer for name, (_, tokenizer) in made.items()}


# ── Models ──


def random_model(family, size, layers, vocabulary, rope, tied):
    sizes = dict(
        vocab_size=vocabulary, hidden_size=size, intermediate_size=size, num_hidden_layers=layers,
        num_attention_heads=size // 32, num_key_value_heads=size // 64, max_position_embeddings=512, rms_norm_eps=1e-5,
        tie_word_embeddings=tied, rope_parameters=rope,
    )
    if family == "llama":
        model = LlamaForCausalLM(LlamaConfig(**sizes, head_dim=32))
    else:
        model = Qwen2ForCausalLM(Qwen2Config(**sizes))
    model = model.float().eval()
    scale = 1 / size**0.5
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith("norm.weight"):
                weight.copy_(torch.rand_like(weight) + 0.5)
            else:
                weight.copy_(torch.randn_like(weight) * (0.5 if name.endswith("bias") else scale))
    return model


def record(model, vocabulary):
    ids = torch.randint(3, vocabulary, (48,))
    with torch.no_grad():
        logits = model(ids[None]).logits[0]
    print("logits: standard deviation", round(logits.std().item(), 3), "largest", round(logits.max().item(), 3))
    return {"ids": ids.tolist(), "rows": ROWS, "logits": [[round(x, 5) for x in logits[row].tolist()] for row in ROWS]}


NAMES = {
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up", "mlp.down_proj": "ffn_down",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
}


def interleave(rows, heads):
    """The row order of attn_q and attn_k in a llama GGUF; qwen2's rows stay as they are."""
    per_head = rows.reshape(heads, 2, rows.shape[0] // heads // 2, rows.shape[1])
    return per_head.swapaxes(1, 2).reshape(rows.shape)


def write_gguf(name, family, model, kinds, tokenizer):
    config = model.config
    writer = gguf.GGUFWriter(str(OWN / f"{name}.gguf"), family)
    writer.add_block_count(len(kinds))
    writer.add_context_length(512)
    writer.add_embedding_length(config.hidden_size)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])
    writer.add_layer_norm_rms_eps(1e-5)
    if config.rope_parameters["rope_type"] == "linear":
        writer.add_rope_scaling_type(gguf.RopeScalingType.LINEAR)
        writer.add_rope_scaling_factor(config.rope_parameters["factor"])
    tokenizer(writer)

    def add(name, weight, kind, heads=0):
        """Writes a tensor and puts the values that a reader will get back into the model."""
        raw = random_blocks(kind, *weight.shape) if kind in K else quantize(weight.detach().numpy(), kind)
        with torch.no_grad():
            weight.copy_(torch.from_numpy(np.array(dequantize(raw, kind))))
        interleaved = heads > 0 and family == "llama"
        writer.add_tensor(name, interleave(raw, heads) if interleaved else raw, raw_dtype=kind)

    state = dict(model.named_parameters())
    add("token_embd.weight", state["model.embed_tokens.weight"], Q.Q8_0)
    if not config.tie_word_embeddings:
        add("output.weight", state["lm_head.weight"], Q.Q6_K if kinds == K else Q.Q4_0)
    for layer, kind in enumerate(kinds):
        for long, short in NAMES.items():
            heads = {"attn_q": config.num_attention_heads, "attn_k": config.num_key_value_heads}.get(short, 0)
            weight = state[f"model.layers.{layer}.{long}.weight"]
            add(f"blk.{layer}.{short}.weight", weight, Q.F32 if short.endswith("norm") else kind, heads)
            if f"model.layers.{layer}.{long}.bias" in state:
                add(f"blk.{layer}.{short}.bias", state[f"model.layers.{layer}.{long}.bias"], Q.F32)
    add("output_norm.weight", state["model.norm.weight"], Q.F32)
    if config.rope_parameters["rope_type"] == "llama3":
        base = 1 / config.rope_parameters["rope_theta"] ** (np.arange(0, 32, 2) / 32)
        writer.add_tensor("rope_freqs.weight", (base / model.model.rotary_emb.inv_freq.numpy()).astype(np.float32))
    finish(writer)


def byte_vocabulary(tokenizer, pre, eos, bos=None):
    """The fields of a GGUF for a byte-level tokenizer."""
    state = json.loads(tokenizer.to_str())
    control = {token["id"] for token in state["added_tokens"]}
    tokens = [tokenizer.id_to_token(id) for id in range(tokenizer.get_vocab_size())]

    def write(writer):
        writer.add_tokenizer_model("gpt2")
        writer.add_tokenizer_pre(pre)
        writer.add_token_list(tokens)
        writer.add_token_types([3 if id in control else 1 for id in range(len(tokens))])
        writer.add_token_merges([" ".join(pair) for pair in state["model"]["merges"]])
        writer.add_eos_token_id(tokenizer.token_to_id(eos))
        if bos is not None:
            writer.add_bos_token_id(tokenizer.token_to_id(bos))

    return write


def piece_vocabulary(tokenizer, scores):
    """The fields of a GGUF for a SentencePiece-like tokenizer: scores instead of merges."""
    tokens = [tokenizer.id_to_token(id) for id in range(tokenizer.get_vocab_size())]
    special = {"<unk>": 2, "<s>": 3, "</s>": 3}
    kind = lambda token: special.get(token, 6 if token.startswith("<0x") else 3 if token.startswith("▁<") else 1)

    def write(writer):
        writer.add_tokenizer_model("llama")
        writer.add_tokenizer_pre("default")
        writer.add_token_list(tokens)
        writer.add_token_scores([scores.get(token, -1e9) for token in tokens])
        writer.add_token_types([kind(token) for token in tokens])
        writer.add_bos_token_id(1)
        writer.add_eos_token_id(2)

    return write


def save(name, model, tokenizer, eos, dtype, shards):
    """A safetensors model as `transformers` saves it, with its tokenizer."""
    folder = OWN / name
    shutil.rmtree(folder, ignore_errors=True)
    # The parameters alone: `model.to` would round the rotary frequencies as well.
    for weight in model.parameters():
        weight.data = weight.data.to(dtype)
    model.config.eos_token_id = tokenizer.token_to_id(eos)
    model.config.bos_token_id = None
    model.save_pretrained(folder, max_shard_size=shards)
    (folder / "generation_config.json").unlink(missing_ok=True)
    (folder / "tokenizer.json").write_text(tokenizer.to_str() + "\n")
    for weight in model.parameters():
        weight.data = weight.data.float()
    return model


def finish(writer):
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_json(path, value):
    path.write_text(json.dumps(value) + "\n")


def main():
    OWN.mkdir(exist_ok=True)
    torch.manual_seed(20261124)
    np.random.seed(20261124)
    write_blocks()
    tokenizers = make_tokenizers()
    _, pieces, scores = sentencepiece(False)
    logits = {}

    def gguf_model(name, family, size, kinds, rope, tied, tokenizer, vocabulary):
        model = random_model(family, size, len(kinds), vocabulary, rope, tied)
        write_gguf(name, family, model, kinds, tokenizer)
        logits[f"{name}.gguf"] = record(model, vocabulary)

    count = lambda name: tokenizers[name].get_vocab_size()
    gguf_model("llama-small", "llama", 64, SMALL, LINEAR, False, piece_vocabulary(pieces, scores), pieces.get_vocab_size())
    gguf_model("qwen2-small", "qwen2", 64, SMALL, PLAIN, False,
               byte_vocabulary(tokenizers["qwen2"], "qwen2", "<|im_end|>"), count("qwen2"))
    gguf_model("llama-k", "llama", 256, K, LLAMA3, True,
               byte_vocabulary(tokenizers["llama3"], "llama-bpe", "<|end_of_text|>", "<|begin_of_text|>"), count("llama3"))
    gguf_model("qwen2-k", "qwen2", 256, K, PLAIN, True,
               byte_vocabulary(tokenizers["qwen2"], "qwen2", "<|im_end|>"), count("qwen2"))

    def saved(name, family, layers, rope, tied, tokenizer, eos, dtype, shards="5GB"):
        # A few rows more than tokens, as in Qwen2.5.
        model = random_model(family, 64, layers, count(tokenizer) + 7, rope, tied)
        logits[name] = record(save(name, model, tokenizers[tokenizer], eos, dtype, shards), count(tokenizer))

    saved("llama-linear", "llama", 3, LINEAR, False, "deepseek", "<｜end▁of▁sentence｜>", torch.float16)
    saved("llama-three", "llama", 2, LLAMA3, True, "llama3", "<|end_of_text|>", torch.float32)
    saved("llama-pieces", "llama", 2, PLAIN, False, "codellama", "</s>", torch.bfloat16)
    saved("qwen2-shards", "qwen2", 4, PLAIN, True, "qwen2", "<|im_end|>", torch.bfloat16, "150KB")
    saved("qwen2-own-head", "qwen2", 2, PLAIN, False, "qwen2", "<|endoftext|>", torch.float16)
    write_json(OWN / "logits.json", logits)


main()
