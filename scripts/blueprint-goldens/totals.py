"""Configs of models of real size, in the spelling of their time, for what make.py counts in them: name, architecture, config.json.

What says nothing of tensors is left out, but for a few.
"""


def model(name, architecture, model_type, **fields):
    return name, architecture, {"architectures": [architecture], "model_type": model_type, **fields}


def text(vocab, hidden, ffn, layers, heads, kv=None, **fields):
    kv = {} if kv is None else {"num_key_value_heads": kv}
    return dict(vocab_size=vocab, hidden_size=hidden, intermediate_size=ffn, num_hidden_layers=layers, num_attention_heads=heads, **kv, **fields)


BF16 = dict(torch_dtype="bfloat16")
UNTIED = dict(tie_word_embeddings=False)
TIED = dict(tie_word_embeddings=True)

TOTALS = [
    model("Llama-2-7B", "LlamaForCausalLM", "llama", **text(32000, 4096, 11008, 32, 32, 32), rope_scaling=None, pretraining_tp=1, torch_dtype="float16", **UNTIED),
    model("Llama-3-8B", "LlamaForCausalLM", "llama", **text(128256, 4096, 14336, 32, 32, 8), attention_bias=False, rope_theta=500000.0, **BF16, **UNTIED),
    model("Llama-3-70B", "LlamaForCausalLM", "llama", **text(128256, 8192, 28672, 80, 64, 8), attention_bias=False, rope_theta=500000.0, **BF16, **UNTIED),
    model("Llama-3.2-1B", "LlamaForCausalLM", "llama", **text(128256, 2048, 8192, 16, 32, 8), attention_bias=False, mlp_bias=False, head_dim=64, rope_scaling={"factor": 32.0, "high_freq_factor": 4.0, "low_freq_factor": 1.0, "original_max_position_embeddings": 8192, "rope_type": "llama3"}, **BF16, **TIED),
    model("TinyLlama-1.1B", "LlamaForCausalLM", "llama", **text(32000, 2048, 5632, 22, 32, 4), **UNTIED),
    model("SmolLM2-135M", "LlamaForCausalLM", "llama", **text(49152, 576, 1536, 30, 9, 3), is_llama_config=True, rope_interleaved=False, **BF16, **TIED),
    model("Mistral-7B", "MistralForCausalLM", "mistral", **text(32000, 4096, 14336, 32, 32, 8), sliding_window=4096, **BF16, **UNTIED),
    model("Mistral-Nemo-12B", "MistralForCausalLM", "mistral", **text(131072, 5120, 14336, 40, 32, 8), head_dim=128, sliding_window=None, **BF16, **UNTIED),
    model("Mixtral-8x7B", "MixtralForCausalLM", "mixtral", **text(32000, 4096, 14336, 32, 32, 8), num_local_experts=8, num_experts_per_tok=2, **BF16, **UNTIED),
    model("Qwen2-0.5B", "Qwen2ForCausalLM", "qwen2", **text(151936, 896, 4864, 24, 14, 2), max_window_layers=24, use_sliding_window=False, **BF16, **TIED),
    model("Qwen2.5-7B", "Qwen2ForCausalLM", "qwen2", **text(152064, 3584, 18944, 28, 28, 4), **BF16, **UNTIED),
    model("Qwen3-0.6B", "Qwen3ForCausalLM", "qwen3", **text(151936, 1024, 3072, 28, 16, 8), head_dim=128, attention_bias=False, **BF16, **TIED),
    model("Qwen3-30B-A3B", "Qwen3MoeForCausalLM", "qwen3_moe", **text(151936, 2048, 6144, 48, 32, 4), head_dim=128, num_experts=128, moe_intermediate_size=768, decoder_sparse_step=1, mlp_only_layers=[], **BF16, **UNTIED),
    model("Qwen3-235B-A22B", "Qwen3MoeForCausalLM", "qwen3_moe", **text(151936, 4096, 12288, 94, 64, 4), head_dim=128, num_experts=128, moe_intermediate_size=1536, decoder_sparse_step=1, mlp_only_layers=[], **BF16, **UNTIED),
    model("Qwen1.5-MoE-A2.7B", "Qwen2MoeForCausalLM", "qwen2_moe", **text(151936, 2048, 5632, 24, 16, 16), num_experts=60, moe_intermediate_size=1408, shared_expert_intermediate_size=5632, decoder_sparse_step=1, **BF16, **UNTIED),
    model("Gemma-2B", "GemmaForCausalLM", "gemma", **text(256000, 2048, 16384, 18, 8, 1), head_dim=256, **BF16),
    model("Gemma-2-2B", "Gemma2ForCausalLM", "gemma2", **text(256000, 2304, 9216, 26, 8, 4), head_dim=256, torch_dtype="float32"),
    model("Gemma-3-1B", "Gemma3ForCausalLM", "gemma3_text", **text(262144, 1152, 6912, 26, 4, 1), head_dim=256, rope_local_base_freq=10000, sliding_window_pattern=6, **BF16),
    model("Phi-2", "PhiForCausalLM", "phi", **text(51200, 2560, 10240, 32, 32), num_key_value_heads=None, partial_rotary_factor=0.4, torch_dtype="float16", **UNTIED),
    model("Phi-3-mini", "Phi3ForCausalLM", "phi3", **text(32064, 3072, 8192, 32, 32, 32), **BF16, **UNTIED),
    model("GPT-2", "GPT2LMHeadModel", "gpt2", vocab_size=50257, n_ctx=1024, n_embd=768, n_head=12, n_layer=12, n_positions=1024),
    model("GPT-2-XL", "GPT2LMHeadModel", "gpt2", vocab_size=50257, n_ctx=1024, n_embd=1600, n_head=25, n_layer=48, n_positions=1024, output_past=True),
    model("Pythia-160M", "GPTNeoXForCausalLM", "gpt_neox", **text(50304, 768, 3072, 12, 12), rotary_pct=0.25, torch_dtype="float16", **UNTIED),
    model("GPT-NeoX-20B", "GPTNeoXForCausalLM", "gpt_neox", **text(50432, 6144, 24576, 44, 64), torch_dtype="float16", **UNTIED),
    model("GPT-J-6B", "GPTJForCausalLM", "gptj", vocab_size=50400, n_embd=4096, n_head=16, n_layer=28, n_positions=2048, rotary_dim=64, **UNTIED),
    model("OPT-125M", "OPTForCausalLM", "opt", vocab_size=50272, hidden_size=768, ffn_dim=3072, num_hidden_layers=12, num_attention_heads=12, max_position_embeddings=2048, word_embed_proj_dim=768, torch_dtype="float16"),
    model("OPT-350M", "OPTForCausalLM", "opt", vocab_size=50272, hidden_size=1024, ffn_dim=4096, num_hidden_layers=24, num_attention_heads=16, max_position_embeddings=2048, word_embed_proj_dim=512, do_layer_norm_before=False, torch_dtype="float16"),
    model("BLOOM-560M", "BloomForCausalLM", "bloom", vocab_size=250880, n_embed=1024, n_layer=24, num_attention_heads=16),
    model("Falcon-7B", "FalconForCausalLM", "falcon", vocab_size=65024, hidden_size=4544, num_hidden_layers=32, num_attention_heads=71, multi_query=True, parallel_attn=True, bias=False, new_decoder_architecture=False, alibi=False, **BF16),
    model("Falcon-40B", "FalconForCausalLM", "falcon", vocab_size=65024, hidden_size=8192, num_hidden_layers=60, num_attention_heads=128, num_kv_heads=8, parallel_attn=True, bias=False, new_decoder_architecture=True, alibi=False, **BF16),
    model("OLMo-2-7B", "Olmo2ForCausalLM", "olmo2", **text(100352, 4096, 11008, 32, 32, 32), torch_dtype="float32", **UNTIED),
    model("StarCoder2-3B", "Starcoder2ForCausalLM", "starcoder2", **text(49152, 3072, 12288, 30, 24, 2), use_bias=True, torch_dtype="float32"),
    model("DeepSeek-V3", "DeepseekV3ForCausalLM", "deepseek_v3", **text(129280, 7168, 18432, 61, 128, 128), q_lora_rank=1536, kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128, n_routed_experts=256, n_shared_experts=1, moe_intermediate_size=2048, first_k_dense_replace=3, moe_layer_freq=1, num_nextn_predict_layers=1, **BF16, **UNTIED),
    model("Moonlight-16B-A3B", "DeepseekV3ForCausalLM", "deepseek_v3", **text(163840, 2048, 11264, 27, 16, 16), q_lora_rank=None, kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128, n_routed_experts=64, n_shared_experts=2, moe_intermediate_size=1408, first_k_dense_replace=1, moe_layer_freq=1, n_group=1, topk_group=1, **BF16, **UNTIED),
    model("Mamba-130M", "MambaForCausalLM", "mamba", vocab_size=50280, hidden_size=768, num_hidden_layers=24, state_size=16, d_inner=1536, d_model=768, expand=2, intermediate_size=1536, n_layer=24, time_step_rank=48, use_conv_bias=True, torch_dtype="float32"),
    model("Mamba2-780M", "Mamba2ForCausalLM", "mamba2", vocab_size=50288, hidden_size=1536, num_hidden_layers=48, state_size=128, num_heads=48, head_dim=64, expand=2, n_groups=1, **TIED),
    model("BERT-base", "BertForMaskedLM", "bert", **text(30522, 768, 3072, 12, 12), max_position_embeddings=512, type_vocab_size=2),
    model("BERT-large", "BertModel", "bert", **text(30522, 1024, 4096, 24, 16), max_position_embeddings=512, type_vocab_size=2),
    model("RoBERTa-base", "RobertaForMaskedLM", "roberta", **text(50265, 768, 3072, 12, 12), max_position_embeddings=514, type_vocab_size=1),
    model("XLM-RoBERTa-base", "XLMRobertaForMaskedLM", "xlm-roberta", **text(250002, 768, 3072, 12, 12), max_position_embeddings=514, type_vocab_size=1),
    model("DistilBERT", "DistilBertForMaskedLM", "distilbert", vocab_size=30522, dim=768, hidden_dim=3072, n_heads=12, n_layers=6, max_position_embeddings=512, tie_weights_=True),
    model("ModernBERT-base", "ModernBertForMaskedLM", "modernbert", **text(50368, 768, 1152, 22, 12), global_attn_every_n_layers=3, pad_token_id=50283, torch_dtype="float32"),
    model("T5-small", "T5ForConditionalGeneration", "t5", vocab_size=32128, d_model=512, d_kv=64, d_ff=2048, num_heads=8, num_layers=6, n_positions=512),
    model("Flan-T5-base", "T5ForConditionalGeneration", "t5", vocab_size=32128, d_model=768, d_kv=64, d_ff=2048, num_heads=12, num_layers=12, num_decoder_layers=12, feed_forward_proj="gated-gelu", **UNTIED),
    model("Whisper-tiny", "WhisperForConditionalGeneration", "whisper", vocab_size=51865, d_model=384, encoder_layers=4, decoder_layers=4, encoder_attention_heads=6, decoder_attention_heads=6, encoder_ffn_dim=1536, decoder_ffn_dim=1536, num_mel_bins=80, num_hidden_layers=4),
    model("Whisper-large-v3", "WhisperForConditionalGeneration", "whisper", vocab_size=51866, d_model=1280, encoder_layers=32, decoder_layers=32, encoder_attention_heads=20, decoder_attention_heads=20, encoder_ffn_dim=5120, decoder_ffn_dim=5120, num_mel_bins=128, num_hidden_layers=32, torch_dtype="float16"),
    model("ViT-B/16", "ViTModel", "vit", hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, image_size=224, patch_size=16),
    model("ViT-B/16 with 1,000 labels", "ViTForImageClassification", "vit", hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, image_size=224, patch_size=16, num_labels=1000),
    model("CLIP ViT-B/32", "CLIPModel", "clip", projection_dim=512, text_config={"model_type": "clip_text_model"}, vision_config={"model_type": "clip_vision_model"}),
    model("CLIP ViT-L/14", "CLIPModel", "clip", projection_dim=768, text_config={"model_type": "clip_text_model", "hidden_size": 768, "intermediate_size": 3072, "num_attention_heads": 12, "num_hidden_layers": 12, "projection_dim": 768}, vision_config={"model_type": "clip_vision_model", "hidden_size": 1024, "intermediate_size": 4096, "num_attention_heads": 16, "num_hidden_layers": 24, "patch_size": 14, "projection_dim": 768}),
    model("SigLIP-base", "SiglipModel", "siglip", text_config={"model_type": "siglip_text_model"}, vision_config={"model_type": "siglip_vision_model"}),
    model("DINOv2-base", "Dinov2Model", "dinov2", hidden_size=768, num_hidden_layers=12, num_attention_heads=12, mlp_ratio=4, image_size=518, patch_size=14),
    model("DINOv2-giant", "Dinov2Model", "dinov2", hidden_size=1536, num_hidden_layers=40, num_attention_heads=24, mlp_ratio=4, image_size=518, patch_size=14, use_swiglu_ffn=True),
    model("ConvNeXt-tiny", "ConvNextForImageClassification", "convnext", depths=[3, 3, 9, 3], hidden_sizes=[96, 192, 384, 768], num_stages=4, patch_size=4, num_labels=1000),
    model("ResNet-18", "ResNetForImageClassification", "resnet", depths=[2, 2, 2, 2], embedding_size=64, hidden_sizes=[64, 128, 256, 512], layer_type="basic", num_labels=1000),
    model("ResNet-50", "ResNetForImageClassification", "resnet", depths=[3, 4, 6, 3], embedding_size=64, hidden_sizes=[256, 512, 1024, 2048], layer_type="bottleneck", num_labels=1000),
    model("OLMo-1B", "OlmoForCausalLM", "olmo", **text(50304, 2048, 8192, 16, 16, 16), clip_qkv=None, torch_dtype="float32", **TIED),
    model("OLMo-3-7B", "Olmo3ForCausalLM", "olmo3", **text(100278, 4096, 11008, 32, 32, 32), **BF16, **UNTIED),
    model("OLMoE-1B-7B", "OlmoeForCausalLM", "olmoe", **text(50304, 2048, 1024, 16, 16, 16), num_experts=64, num_experts_per_tok=8, **BF16, **UNTIED),
    model("Granite-3.0-2B", "GraniteForCausalLM", "granite", **text(49155, 2048, 8192, 40, 32, 8), **BF16, **TIED),
    model("SmolLM3-3B", "SmolLM3ForCausalLM", "smollm3", **text(128256, 2048, 11008, 36, 16, 4), **BF16, **TIED),
    model("StableLM-3B", "StableLmForCausalLM", "stablelm", **text(50304, 2560, 6912, 32, 32, 32), use_qkv_bias=False, **BF16, **UNTIED),
    model("Command R", "CohereForCausalLM", "cohere", **text(256000, 8192, 22528, 40, 64, 64), use_qk_norm=False, torch_dtype="float16"),
    model("GLM-4-9B", "Glm4ForCausalLM", "glm4", **text(151552, 4096, 13696, 40, 32, 2), head_dim=128, attention_bias=True, **BF16, **UNTIED),
    model("gpt-oss-20b in BF16", "GptOssForCausalLM", "gpt_oss", **text(201088, 2880, 2880, 24, 64, 8), head_dim=64, num_local_experts=32, attention_bias=True, **BF16, **UNTIED),
    model("DeepSeek-V2-Lite", "DeepseekV2ForCausalLM", "deepseek_v2", **text(102400, 2048, 10944, 27, 16, 16), q_lora_rank=None, kv_lora_rank=512, qk_nope_head_dim=128, qk_rope_head_dim=64, v_head_dim=128, n_routed_experts=64, n_shared_experts=2, num_experts_per_tok=6, moe_intermediate_size=1408, first_k_dense_replace=1, moe_layer_freq=1, **BF16, **UNTIED),
    model("GPT-Neo-125M", "GPTNeoForCausalLM", "gpt_neo", vocab_size=50257, hidden_size=768, num_layers=12, num_heads=12, max_position_embeddings=2048, attention_types=[[["global", "local"], 6]], intermediate_size=None),
    model("StarCoder", "GPTBigCodeForCausalLM", "gpt_bigcode", vocab_size=49152, n_embd=6144, n_head=48, n_inner=24576, n_layer=40, n_positions=8192, multi_query=True),
    model("ELECTRA-small", "ElectraForPreTraining", "electra", **text(30522, 256, 1024, 12, 4), embedding_size=128, max_position_embeddings=512, type_vocab_size=2),
    model("ALBERT-base", "AlbertForMaskedLM", "albert", **text(30000, 768, 3072, 12, 12), embedding_size=128, num_hidden_groups=1, inner_group_num=1, max_position_embeddings=512, type_vocab_size=2),
    model("BART-base", "BartModel", "bart", vocab_size=50265, d_model=768, encoder_layers=6, decoder_layers=6, encoder_attention_heads=12, decoder_attention_heads=12, encoder_ffn_dim=3072, decoder_ffn_dim=3072, max_position_embeddings=1024, num_hidden_layers=6),
    model("mT5-small", "MT5ForConditionalGeneration", "mt5", vocab_size=250112, d_model=512, d_kv=64, d_ff=1024, num_heads=6, num_layers=8, num_decoder_layers=8, feed_forward_proj="gated-gelu", **UNTIED),
    model("uMT5-small", "UMT5ForConditionalGeneration", "umt5", vocab_size=256384, d_model=512, d_kv=64, d_ff=1024, num_heads=6, num_layers=8, num_decoder_layers=8, feed_forward_proj="gated-gelu", **UNTIED),
    model("DeiT-B/16", "DeiTForImageClassificationWithTeacher", "deit", hidden_size=768, intermediate_size=3072, num_hidden_layers=12, num_attention_heads=12, image_size=224, patch_size=16, num_labels=1000),
    model("ConvNeXt-V2-tiny", "ConvNextV2ForImageClassification", "convnextv2", depths=[3, 3, 9, 3], hidden_sizes=[96, 192, 384, 768], num_stages=4, patch_size=4, num_labels=1000),
]
