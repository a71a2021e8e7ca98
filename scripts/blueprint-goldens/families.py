"""Small models of transformers, some for each blueprint: architecture, and fields of the config.

Where the fields say a `model_type` they are the whole config.json, in the spelling of transformers 4; otherwise the config.json
is what transformers 5 writes. Sizes differ from each other, so that two of them exchanged show.
"""

# Fields that files of transformers 4 carry and that say nothing of a tensor.
OLD = dict(torch_dtype="float32", transformers_version="4.40.0", use_cache=True, initializer_range=0.02, bos_token_id=1, eos_token_id=2)
TEXT = dict(vocab_size=211, hidden_size=48, intermediate_size=88, num_hidden_layers=2, num_attention_heads=6, max_position_embeddings=64)
GQA = dict(TEXT, num_key_value_heads=2)
WIDE = dict(GQA, head_dim=10)
ROPE = dict(rope_theta=10000.0, rope_scaling=None, hidden_act="silu", rms_norm_eps=1e-6, attention_dropout=0.0)
OPT = dict(vocab_size=211, hidden_size=48, num_hidden_layers=2, num_attention_heads=6, ffn_dim=88, max_position_embeddings=37, word_embed_proj_dim=48)
DISTIL = dict(vocab_size=211, dim=48, n_layers=2, n_heads=6, hidden_dim=88, max_position_embeddings=37)
WHISPER = dict(vocab_size=211, d_model=48, encoder_layers=2, decoder_layers=3, encoder_attention_heads=6, decoder_attention_heads=4, encoder_ffn_dim=88, decoder_ffn_dim=92, max_source_positions=33, max_target_positions=37, num_mel_bins=14, pad_token_id=3, bos_token_id=1, eos_token_id=2, decoder_start_token_id=1)
VIT = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=6, intermediate_size=88, image_size=32, patch_size=8)
CLIP_TEXT = dict(vocab_size=211, hidden_size=40, intermediate_size=60, num_hidden_layers=3, num_attention_heads=4, max_position_embeddings=37)
VISION = dict(hidden_size=56, intermediate_size=66, num_hidden_layers=2, num_attention_heads=4, image_size=32, patch_size=8)
MAMBA = dict(vocab_size=211, hidden_size=40, num_hidden_layers=2, state_size=7)
FALCON = dict(vocab_size=211, hidden_size=48, num_hidden_layers=2, num_attention_heads=6)
DINO = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=6, mlp_ratio=3, image_size=32, patch_size=8)
BART = dict(vocab_size=211, d_model=48, encoder_layers=2, decoder_layers=3, encoder_attention_heads=6, decoder_attention_heads=4, encoder_ffn_dim=88, decoder_ffn_dim=92, max_position_embeddings=37)
T5 = dict(vocab_size=211, d_model=48, d_kv=10, d_ff=88, num_layers=2, num_decoder_layers=3, num_heads=6, relative_attention_num_buckets=14)
LATENT = dict(TEXT, num_key_value_heads=6, kv_lora_rank=22, qk_rope_head_dim=4, qk_nope_head_dim=7, v_head_dim=9, n_routed_experts=4, num_experts_per_tok=2, moe_intermediate_size=34)
CONVNEXT = dict(hidden_sizes=[20, 28, 36], depths=[2, 1, 3], num_stages=3, patch_size=5)
RESNET = dict(embedding_size=20, hidden_sizes=[32, 48, 64], depths=[2, 1, 2])
# What old files repeat in nested configs.
NESTED = dict(_name_or_path="", add_cross_attention=False, architectures=None, bad_words_ids=None, bos_token_id=0, chunk_size_feed_forward=0, decoder_start_token_id=None, do_sample=False, early_stopping=False, eos_token_id=2, id2label={"0": "LABEL_0", "1": "LABEL_1"}, is_decoder=False, label2id={"LABEL_0": 0, "LABEL_1": 1}, num_beams=1, pruned_heads={}, tie_word_embeddings=True, torch_dtype=None, use_bfloat16=False)

FAMILIES = {
    "llama": [
        ("LlamaForCausalLM", dict(WIDE, attention_bias=True, mlp_bias=True, dtype="bfloat16")),
        ("LlamaForCausalLM", dict(GQA, attention_bias=True, tie_word_embeddings=True)),
        ("LlamaForCausalLM", dict(GQA, mlp_bias=True)),
        ("LlamaModel", TEXT),
        ("LlamaForCausalLM", dict(OLD, **ROPE, **TEXT, architectures=["LlamaForCausalLM"], model_type="llama", pretraining_tp=1, attention_bias=False, tie_word_embeddings=False)),
    ],
    "mistral": [
        ("MistralForCausalLM", dict(WIDE, dtype="bfloat16")),
        ("MistralForCausalLM", dict(GQA, tie_word_embeddings=True)),
        ("MistralModel", GQA),
        ("MistralForCausalLM", dict(OLD, **ROPE, **dict(TEXT, num_attention_heads=16), architectures=["MistralForCausalLM"], model_type="mistral", sliding_window=4096)),
    ],
    "mixtral": [
        ("MixtralForCausalLM", dict(WIDE, num_local_experts=11, num_hidden_layers=2, dtype="bfloat16")),
        ("MixtralForCausalLM", dict(GQA, num_local_experts=3, tie_word_embeddings=True)),
        ("MixtralModel", dict(GQA, num_local_experts=3)),
        ("MixtralForCausalLM", dict(OLD, **ROPE, **GQA, architectures=["MixtralForCausalLM"], model_type="mixtral", sliding_window=None, num_local_experts=3, num_experts_per_tok=2, output_router_logits=False, router_aux_loss_coef=0.02, tie_word_embeddings=False)),
    ],
    "qwen2": [
        ("Qwen2ForCausalLM", dict(WIDE, dtype="bfloat16")),
        ("Qwen2Model", dict(GQA, tie_word_embeddings=True)),
        ("Qwen2ForCausalLM", dict(TEXT, num_key_value_heads=None)),
        ("Qwen2ForCausalLM", dict(OLD, **ROPE, **GQA, architectures=["Qwen2ForCausalLM"], model_type="qwen2", sliding_window=32768, max_window_layers=24, use_sliding_window=False, tie_word_embeddings=True)),
    ],
    "qwen3": [
        ("Qwen3ForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("Qwen3Model", dict(GQA, tie_word_embeddings=True)),
        ("Qwen3ForCausalLM", dict(OLD, **ROPE, **WIDE, architectures=["Qwen3ForCausalLM"], model_type="qwen3", sliding_window=None, max_window_layers=28, use_sliding_window=False, tie_word_embeddings=True, attention_bias=False)),
    ],
    "gemma2": [
        ("Gemma2ForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("Gemma2ForCausalLM", dict(WIDE, tie_word_embeddings=False)),
        ("Gemma2Model", dict(WIDE)),
        ("Gemma2ForCausalLM", dict(OLD, **WIDE, architectures=["Gemma2ForCausalLM"], model_type="gemma2", pad_token_id=0, rope_theta=10000.0, sliding_window=4096, sliding_window_size=4096, cache_implementation="hybrid", query_pre_attn_scalar=256, attn_logit_softcapping=50.0, final_logit_softcapping=30.0, hidden_act="gelu_pytorch_tanh", hidden_activation="gelu_pytorch_tanh", attention_bias=False, attention_dropout=0.0)),
    ],
    "gpt2": [
        ("GPT2LMHeadModel", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, n_inner=88, dtype="bfloat16")),
        ("GPT2LMHeadModel", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, tie_word_embeddings=False, add_cross_attention=True)),
        ("GPT2LMHeadModel", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, tie_word_embeddings=False)),
        ("GPT2Model", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37)),
        ("GPT2LMHeadModel", dict(activation_function="gelu_new", architectures=["GPT2LMHeadModel"], attn_pdrop=0.1, bos_token_id=50256, embd_pdrop=0.1, eos_token_id=50256, initializer_range=0.02, layer_norm_epsilon=1e-5, model_type="gpt2", n_ctx=37, n_embd=48, n_head=6, n_layer=2, n_positions=37, resid_pdrop=0.1, summary_activation=None, summary_first_dropout=0.1, summary_proj_to_labels=True, summary_type="cls_index", summary_use_proj=True, task_specific_params={"text-generation": {"do_sample": True, "max_length": 50}}, vocab_size=211)),
    ],
    "bert": [
        ("BertForMaskedLM", dict(TEXT, type_vocab_size=3, dtype="bfloat16")),
        ("BertForMaskedLM", dict(TEXT, type_vocab_size=3, tie_word_embeddings=False)),
        ("BertModel", dict(TEXT, is_decoder=True, add_cross_attention=True)),
        ("BertModel", dict(TEXT)),
        ("BertForSequenceClassification", dict(TEXT, id2label={i: str(i) for i in range(5)})),
        ("BertForSequenceClassification", dict(TEXT)),
        ("BertForMaskedLM", dict(TEXT, architectures=["BertForMaskedLM"], model_type="bert", attention_probs_dropout_prob=0.1, gradient_checkpointing=False, hidden_act="gelu", hidden_dropout_prob=0.1, initializer_range=0.02, layer_norm_eps=1e-12, pad_token_id=0, position_embedding_type="absolute", transformers_version="4.6.0.dev0", type_vocab_size=2, use_cache=True)),
        ("BertModel", dict(TEXT, model_type="bert", hidden_act="gelu", initializer_range=0.02, type_vocab_size=2)),
    ],
    "t5": [
        ("T5ForConditionalGeneration", dict(vocab_size=211, d_model=48, d_kv=10, d_ff=88, num_layers=2, num_decoder_layers=3, num_heads=6, relative_attention_num_buckets=14, dtype="bfloat16")),
        ("T5ForConditionalGeneration", dict(vocab_size=211, d_model=48, d_kv=10, d_ff=88, num_layers=2, num_heads=6, feed_forward_proj="gated-gelu", tie_word_embeddings=False)),
        ("T5Model", dict(vocab_size=211, d_model=48, d_kv=10, d_ff=88, num_layers=2, num_heads=6)),
        ("T5EncoderModel", dict(vocab_size=211, d_model=48, d_kv=10, d_ff=88, num_layers=2, num_heads=6, feed_forward_proj="gated-silu")),
        ("T5ForConditionalGeneration", dict(architectures=["T5WithLMHeadModel"], d_ff=88, d_kv=10, d_model=48, decoder_start_token_id=0, dropout_rate=0.1, eos_token_id=1, initializer_factor=1.0, is_encoder_decoder=True, layer_norm_epsilon=1e-6, model_type="t5", n_positions=512, num_heads=6, num_layers=2, output_past=True, pad_token_id=0, relative_attention_num_buckets=32, task_specific_params={"summarization": {"num_beams": 4}}, vocab_size=211)),
        ("T5ForConditionalGeneration", dict(architectures=["T5ForConditionalGeneration"], d_ff=88, d_kv=10, d_model=48, decoder_start_token_id=0, dropout_rate=0.1, eos_token_id=1, feed_forward_proj="gated-gelu", initializer_factor=1.0, is_encoder_decoder=True, layer_norm_epsilon=1e-6, model_type="t5", num_decoder_layers=2, num_heads=6, num_layers=2, output_past=True, pad_token_id=0, relative_attention_num_buckets=32, relative_attention_max_distance=128, tie_word_embeddings=False, vocab_size=211)),
    ],
    "deepseek_v3": [
        ("DeepseekV3ForCausalLM", dict(TEXT, num_key_value_heads=6, q_lora_rank=14, kv_lora_rank=22, qk_rope_head_dim=4, qk_nope_head_dim=7, v_head_dim=9, n_routed_experts=12, n_group=2, topk_group=1, num_experts_per_tok=2, moe_intermediate_size=34, n_shared_experts=3, first_k_dense_replace=1, num_hidden_layers=3, dtype="bfloat16")),
        ("DeepseekV3ForCausalLM", dict(TEXT, num_key_value_heads=6, q_lora_rank=None, kv_lora_rank=22, qk_rope_head_dim=4, qk_nope_head_dim=7, v_head_dim=9, n_routed_experts=4, n_group=2, topk_group=1, num_experts_per_tok=2, moe_intermediate_size=34, n_shared_experts=1, first_k_dense_replace=0, attention_bias=True, tie_word_embeddings=True)),
        ("DeepseekV3Model", dict(TEXT, num_key_value_heads=6, q_lora_rank=14, kv_lora_rank=22, qk_rope_head_dim=4, qk_nope_head_dim=7, v_head_dim=9, n_routed_experts=4, n_group=2, topk_group=1, num_experts_per_tok=2, moe_intermediate_size=34, n_shared_experts=2, first_k_dense_replace=5, attention_bias=True)),
        ("DeepseekV3ForCausalLM", dict(OLD, **TEXT, architectures=["DeepseekV3ForCausalLM"], attention_bias=False, attention_dropout=0.0, auto_map={"AutoConfig": "configuration_deepseek.DeepseekV3Config"}, aux_loss_alpha=0.001, ep_size=1, first_k_dense_replace=1, hidden_act="silu", kv_lora_rank=22, model_type="deepseek_v3", moe_intermediate_size=34, moe_layer_freq=1, n_group=2, n_routed_experts=4, n_shared_experts=1, norm_topk_prob=True, num_experts_per_tok=2, num_key_value_heads=6, num_nextn_predict_layers=1, pretraining_tp=1, q_lora_rank=14, qk_nope_head_dim=7, qk_rope_head_dim=4, rms_norm_eps=1e-6, rope_scaling={"beta_fast": 32, "beta_slow": 1, "factor": 40, "mscale": 1.0, "mscale_all_dim": 1.0, "original_max_position_embeddings": 4096, "type": "yarn"}, rope_theta=10000, routed_scaling_factor=2.5, scoring_func="sigmoid", seq_aux=True, tie_word_embeddings=False, topk_group=1, topk_method="noaux_tc", v_head_dim=9)),
    ],
    "qwen2_moe": [
        ("Qwen2MoeForCausalLM", dict(GQA, num_experts=11, num_experts_per_tok=2, moe_intermediate_size=34, shared_expert_intermediate_size=52, dtype="bfloat16")),
        ("Qwen2MoeForCausalLM", dict(WIDE, num_hidden_layers=4, num_experts=3, num_experts_per_tok=2, moe_intermediate_size=34, shared_expert_intermediate_size=52, decoder_sparse_step=2, mlp_only_layers=[3], qkv_bias=False)),
        ("Qwen2MoeModel", dict(GQA, num_experts=3, num_experts_per_tok=2, moe_intermediate_size=34, shared_expert_intermediate_size=52, mlp_only_layers=[0], tie_word_embeddings=True)),
        ("Qwen2MoeForCausalLM", dict(OLD, **ROPE, **GQA, architectures=["Qwen2MoeForCausalLM"], model_type="qwen2_moe", decoder_sparse_step=1, max_window_layers=21, moe_intermediate_size=34, norm_topk_prob=False, num_experts=3, num_experts_per_tok=2, output_router_logits=False, router_aux_loss_coef=0.001, shared_expert_intermediate_size=52, sliding_window=32768, tie_word_embeddings=False, use_sliding_window=False)),
    ],
    "qwen3_moe": [
        ("Qwen3MoeForCausalLM", dict(WIDE, num_experts=11, num_experts_per_tok=2, moe_intermediate_size=34, attention_bias=True, dtype="bfloat16")),
        ("Qwen3MoeForCausalLM", dict(GQA, num_hidden_layers=4, num_experts=3, num_experts_per_tok=2, moe_intermediate_size=34, decoder_sparse_step=2, mlp_only_layers=[3], tie_word_embeddings=True)),
        ("Qwen3MoeModel", dict(WIDE, num_experts=3, num_experts_per_tok=2, moe_intermediate_size=34, mlp_only_layers=[0])),
        ("Qwen3MoeForCausalLM", dict(OLD, **ROPE, **WIDE, architectures=["Qwen3MoeForCausalLM"], model_type="qwen3_moe", attention_bias=False, decoder_sparse_step=1, max_window_layers=48, mlp_only_layers=[], moe_intermediate_size=34, norm_topk_prob=True, num_experts=3, num_experts_per_tok=2, output_router_logits=False, router_aux_loss_coef=0.001, sliding_window=None, tie_word_embeddings=False, use_sliding_window=False)),
    ],
    "gemma": [
        ("GemmaForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("GemmaForCausalLM", dict(WIDE, tie_word_embeddings=False)),
        ("GemmaModel", dict(WIDE, num_key_value_heads=1)),
        ("GemmaForCausalLM", dict(OLD, **ROPE, **WIDE, architectures=["GemmaForCausalLM"], model_type="gemma", attention_bias=False, hidden_activation=None, pad_token_id=0)),
    ],
    "gemma3_text": [
        ("Gemma3ForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("Gemma3ForCausalLM", dict(WIDE, tie_word_embeddings=False)),
        ("Gemma3TextModel", dict(WIDE)),
        ("Gemma3ForCausalLM", dict(OLD, **WIDE, architectures=["Gemma3ForCausalLM"], model_type="gemma3_text", attention_bias=False, attention_dropout=0.0, attn_logit_softcapping=None, cache_implementation="hybrid", final_logit_softcapping=None, hidden_activation="gelu_pytorch_tanh", pad_token_id=0, query_pre_attn_scalar=256, rms_norm_eps=1e-6, rope_local_base_freq=10000, rope_scaling=None, rope_theta=1000000, sliding_window=512, sliding_window_pattern=6)),
    ],
    "phi3": [
        ("Phi3ForCausalLM", dict(GQA, pad_token_id=7, dtype="bfloat16")),
        ("Phi3ForCausalLM", dict(GQA, pad_token_id=7, tie_word_embeddings=True)),
        ("Phi3Model", dict(TEXT, num_key_value_heads=None, pad_token_id=7)),
        ("Phi3ForCausalLM", dict(OLD, **ROPE, **TEXT, architectures=["Phi3ForCausalLM"], model_type="phi3", auto_map={"AutoConfig": "configuration_phi3.Phi3Config"}, embd_pdrop=0.0, original_max_position_embeddings=4096, pad_token_id=7, resid_pdrop=0.0, num_key_value_heads=6, sliding_window=2047, attention_bias=False, tie_word_embeddings=False)),
    ],
    "phi": [
        ("PhiForCausalLM", dict(GQA, dtype="bfloat16")),
        ("PhiForCausalLM", dict(TEXT, qk_layernorm=True, num_key_value_heads=None)),
        ("PhiForCausalLM", dict(TEXT, tie_word_embeddings=True)),
        ("PhiModel", dict(GQA)),
        ("PhiForCausalLM", dict(OLD, **TEXT, architectures=["PhiForCausalLM"], model_type="phi", attention_dropout=0.0, embd_pdrop=0.0, hidden_act="gelu_new", layer_norm_eps=1e-5, num_key_value_heads=None, partial_rotary_factor=0.4, qk_layernorm=False, resid_pdrop=0.1, rope_scaling=None, rope_theta=10000.0, tie_word_embeddings=False)),
    ],
    "gpt_neox": [
        ("GPTNeoXForCausalLM", dict(TEXT, dtype="bfloat16")),
        ("GPTNeoXForCausalLM", dict(TEXT, attention_bias=False, tie_word_embeddings=True)),
        ("GPTNeoXModel", dict(TEXT)),
        ("GPTNeoXForCausalLM", dict(OLD, **TEXT, architectures=["GPTNeoXForCausalLM"], model_type="gpt_neox", hidden_act="gelu", layer_norm_eps=1e-5, rotary_emb_base=10000, rotary_pct=0.25, tie_word_embeddings=False, use_parallel_residual=True)),
    ],
    "gptj": [
        ("GPTJForCausalLM", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, rotary_dim=4, n_inner=88, dtype="bfloat16")),
        ("GPTJForCausalLM", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, rotary_dim=4, tie_word_embeddings=True)),
        ("GPTJModel", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, rotary_dim=4)),
        ("GPTJForCausalLM", dict(activation_function="gelu_new", architectures=["GPTJForCausalLM"], attn_pdrop=0.0, bos_token_id=50256, embd_pdrop=0.0, eos_token_id=50256, gradient_checkpointing=False, initializer_range=0.02, layer_norm_epsilon=1e-5, model_type="gptj", n_embd=48, n_head=6, n_inner=None, n_layer=2, n_positions=37, resid_pdrop=0.0, rotary=True, rotary_dim=4, scale_attn_weights=True, summary_activation=None, summary_first_dropout=0.1, summary_proj_to_labels=True, summary_type="cls_index", summary_use_proj=True, tie_word_embeddings=False, tokenizer_class="GPT2Tokenizer", transformers_version="4.18.0.dev0", use_cache=True, vocab_size=211)),
    ],
    "opt": [
        ("OPTForCausalLM", dict(OPT, dtype="bfloat16")),
        ("OPTForCausalLM", dict(OPT, word_embed_proj_dim=26, enable_bias=False)),
        ("OPTForCausalLM", dict(OPT, do_layer_norm_before=False)),
        ("OPTForCausalLM", dict(OPT, layer_norm_elementwise_affine=False, tie_word_embeddings=False)),
        ("OPTModel", dict(OPT, _remove_final_layer_norm=True)),
        ("OPTForCausalLM", dict(OLD, **OPT, architectures=["OPTForCausalLM"], model_type="opt", _remove_final_layer_norm=False, activation_dropout=0.0, activation_function="relu", attention_dropout=0.0, do_layer_norm_before=True, dropout=0.1, init_std=0.02, layerdrop=0.0, pad_token_id=1, prefix="</s>")),
    ],
    "roberta": [
        ("RobertaForMaskedLM", dict(TEXT, type_vocab_size=3, dtype="bfloat16")),
        ("RobertaForMaskedLM", dict(TEXT, type_vocab_size=3, tie_word_embeddings=False)),
        ("RobertaModel", dict(TEXT, is_decoder=True, add_cross_attention=True)),
        ("RobertaForSequenceClassification", dict(TEXT, id2label={i: str(i) for i in range(5)})),
        ("RobertaForMaskedLM", dict(OLD, **TEXT, architectures=["RobertaForMaskedLM"], model_type="roberta", attention_probs_dropout_prob=0.1, hidden_act="gelu", hidden_dropout_prob=0.1, layer_norm_eps=1e-5, pad_token_id=1, type_vocab_size=1)),
    ],
    "xlm_roberta": [
        ("XLMRobertaForMaskedLM", dict(TEXT, type_vocab_size=3, tie_word_embeddings=False)),
        ("XLMRobertaModel", dict(TEXT)),
        ("XLMRobertaForSequenceClassification", dict(TEXT, id2label={i: str(i) for i in range(5)})),
        ("CamembertForMaskedLM", dict(TEXT, add_cross_attention=True, is_decoder=True)),
        ("XLMRobertaForMaskedLM", dict(OLD, **TEXT, architectures=["XLMRobertaForMaskedLM"], model_type="xlm-roberta", attention_probs_dropout_prob=0.1, hidden_act="gelu", hidden_dropout_prob=0.1, layer_norm_eps=1e-5, output_past=True, pad_token_id=1, position_embedding_type="absolute", type_vocab_size=1)),
    ],
    "distilbert": [
        ("DistilBertForMaskedLM", dict(DISTIL, dtype="bfloat16")),
        ("DistilBertForMaskedLM", dict(DISTIL, tie_word_embeddings=False)),
        ("DistilBertModel", dict(DISTIL, sinusoidal_pos_embds=True)),
        ("DistilBertForSequenceClassification", dict(DISTIL, id2label={i: str(i) for i in range(5)})),
        ("DistilBertForMaskedLM", dict(DISTIL, activation="gelu", architectures=["DistilBertForMaskedLM"], attention_dropout=0.1, dropout=0.1, initializer_range=0.02, model_type="distilbert", pad_token_id=0, qa_dropout=0.1, seq_classif_dropout=0.2, sinusoidal_pos_embds=False, tie_weights_=True, transformers_version="4.10.0.dev0")),
        ("DistilBertForSequenceClassification", dict(DISTIL, activation="gelu", architectures=["DistilBertForSequenceClassification"], attention_dropout=0.1, dropout=0.1, finetuning_task="sst-2", id2label={"0": "NEGATIVE", "1": "POSITIVE"}, label2id={"NEGATIVE": 0, "POSITIVE": 1}, initializer_range=0.02, model_type="distilbert", output_past=True, pad_token_id=0, qa_dropout=0.1, seq_classif_dropout=0.2, sinusoidal_pos_embds=False, tie_weights_=True)),
    ],
    "modernbert": [
        ("ModernBertForMaskedLM", dict(TEXT, pad_token_id=3, norm_bias=True, dtype="bfloat16")),
        ("ModernBertForMaskedLM", dict(TEXT, pad_token_id=3, attention_bias=True, decoder_bias=False)),
        ("ModernBertForMaskedLM", dict(TEXT, pad_token_id=3, mlp_bias=True, tie_word_embeddings=False)),
        ("ModernBertModel", dict(TEXT, pad_token_id=3, classifier_bias=True)),
        ("ModernBertForSequenceClassification", dict(TEXT, pad_token_id=3, classifier_bias=True, id2label={i: str(i) for i in range(5)})),
        ("ModernBertForSequenceClassification", dict(TEXT, pad_token_id=3, norm_bias=True)),
        ("ModernBertForMaskedLM", dict(OLD, **TEXT, architectures=["ModernBertForMaskedLM"], model_type="modernbert", attention_bias=False, attention_dropout=0.0, classifier_activation="gelu", classifier_bias=False, classifier_dropout=0.0, classifier_pooling="mean", cls_token_id=50281, decoder_bias=True, deterministic_flash_attn=False, embedding_dropout=0.0, global_attn_every_n_layers=3, global_rope_theta=160000.0, gradient_checkpointing=False, hidden_activation="gelu", initializer_cutoff_factor=2.0, layer_norm_eps=1e-5, local_attention=128, local_rope_theta=10000.0, mlp_bias=False, mlp_dropout=0.0, norm_bias=False, norm_eps=1e-5, pad_token_id=3, position_embedding_type="absolute", sep_token_id=50282, sparse_pred_ignore_index=-100, sparse_prediction=False)),
    ],
    "whisper": [
        ("WhisperForConditionalGeneration", dict(WHISPER, dtype="bfloat16")),
        ("WhisperForConditionalGeneration", dict(WHISPER, tie_word_embeddings=False)),
        ("WhisperModel", dict(WHISPER)),
        ("WhisperForConditionalGeneration", dict(WHISPER, architectures=["WhisperForConditionalGeneration"], model_type="whisper", activation_dropout=0.0, activation_function="gelu", apply_spec_augment=False, attention_dropout=0.0, begin_suppress_tokens=[220, 50257], classifier_proj_size=256, decoder_layerdrop=0.0, dropout=0.0, encoder_layerdrop=0.0, forced_decoder_ids=[[1, 50259]], init_std=0.02, is_encoder_decoder=True, mask_feature_length=10, mask_feature_min_masks=0, mask_feature_prob=0.0, mask_time_length=10, mask_time_min_masks=2, mask_time_prob=0.05, max_length=448, median_filter_width=7, num_hidden_layers=2, scale_embedding=False, suppress_tokens=[], torch_dtype="float32", transformers_version="4.27.0.dev0", use_cache=True, use_weighted_layer_sum=False)),
    ],
    "vit": [
        ("ViTModel", dict(VIT, dtype="bfloat16")),
        ("ViTModel", dict(VIT, image_size=[20, 35], patch_size=[4, 5], qkv_bias=False, pooler_output_size=26)),
        ("ViTForImageClassification", dict(VIT, num_channels=1, id2label={i: str(i) for i in range(7)})),
        ("ViTForImageClassification", dict(VIT, architectures=["ViTForImageClassification"], model_type="vit", attention_probs_dropout_prob=0.0, hidden_act="gelu", hidden_dropout_prob=0.0, id2label={"0": "a", "1": "b", "2": "c"}, label2id={"a": 0, "b": 1, "c": 2}, initializer_range=0.02, layer_norm_eps=1e-12, num_channels=3, qkv_bias=True, transformers_version="4.13.0.dev0")),
    ],
    "clip": [
        ("CLIPModel", dict(text_config=CLIP_TEXT, vision_config=VISION, projection_dim=26, dtype="bfloat16")),
        ("CLIPModel", dict(text_config=dict(hidden_size=40, intermediate_size=60, num_hidden_layers=3, num_attention_heads=4), vision_config=dict(hidden_size=56, intermediate_size=66, num_hidden_layers=2, num_attention_heads=4, image_size=64))),
        ("CLIPModel", dict(architectures=["CLIPModel"], model_type="clip", projection_dim=26, text_config_dict=dict(hidden_size=40, intermediate_size=60, num_attention_heads=4, num_hidden_layers=3, projection_dim=26), text_config={"hidden_size": 44, "dropout": 0.0}, vision_config_dict=None, vision_config=VISION)),
        ("CLIPModel", dict(architectures=["CLIPModel"], model_type="clip", initializer_factor=1.0, logit_scale_init_value=2.6592, projection_dim=26, torch_dtype="float32", transformers_version=None, text_config=dict(CLIP_TEXT, **NESTED, model_type="clip_text_model", attention_dropout=0.0, dropout=0.0, hidden_act="quick_gelu", initializer_factor=1.0, layer_norm_eps=1e-5, projection_dim=26), vision_config=dict(VISION, **NESTED, model_type="clip_vision_model", attention_dropout=0.0, dropout=0.0, hidden_act="quick_gelu", initializer_factor=1.0, layer_norm_eps=1e-5, projection_dim=26))),
    ],
    "siglip": [
        ("SiglipModel", dict(text_config=CLIP_TEXT, vision_config=VISION, dtype="bfloat16")),
        ("SiglipModel", dict(text_config=dict(CLIP_TEXT, projection_size=26), vision_config=dict(VISION, vision_use_head=False))),
        ("SiglipModel", dict(architectures=["SiglipModel"], initializer_factor=1.0, model_type="siglip", text_config=dict(hidden_size=40, intermediate_size=60, model_type="siglip_text_model", num_attention_heads=4, num_hidden_layers=3), torch_dtype="float32", transformers_version="4.37.0.dev0", vision_config=dict(hidden_size=40, image_size=48, intermediate_size=66, model_type="siglip_vision_model", num_attention_heads=4, num_hidden_layers=2))),
    ],
    "mamba": [
        ("MambaForCausalLM", dict(MAMBA, dtype="bfloat16")),
        ("MambaForCausalLM", dict(MAMBA, use_bias=True, expand=3, time_step_rank=11, tie_word_embeddings=False)),
        ("MambaModel", dict(MAMBA, use_conv_bias=False, conv_kernel=3)),
        ("MambaForCausalLM", dict(OLD, **MAMBA, architectures=["MambaForCausalLM"], model_type="mamba", conv_kernel=4, d_inner=80, d_model=40, expand=2, fused_add_norm=True, hidden_act="silu", intermediate_size=80, layer_norm_epsilon=1e-5, n_layer=2, numb_hidden_layers=2, pad_vocab_size_multiple=8, rescale_prenorm_residual=False, residual_in_fp32=True, rms_norm=True, ssm_cfg={}, time_step_floor=0.0001, time_step_init_scheme="random", time_step_max=0.1, time_step_min=0.001, time_step_rank=3, time_step_scale=1.0, use_bias=False, use_conv_bias=True)),
    ],
    "mamba2": [
        ("Mamba2ForCausalLM", dict(MAMBA, num_heads=16, head_dim=5, n_groups=4, dtype="bfloat16")),
        ("Mamba2ForCausalLM", dict(MAMBA, num_heads=24, head_dim=5, n_groups=4, expand=3, use_bias=True, tie_word_embeddings=True)),
        ("Mamba2Model", dict(MAMBA, num_heads=16, head_dim=5, n_groups=2, use_conv_bias=False, conv_kernel=3)),
        ("Mamba2ForCausalLM", dict(OLD, **MAMBA, architectures=["Mamba2ForCausalLM"], model_type="mamba2", chunk_size=256, conv_kernel=4, expand=2, head_dim=5, hidden_act="silu", layer_norm_epsilon=1e-5, n_groups=1, norm_before_gate=True, num_heads=16, pad_token_id=0, rescale_prenorm_residual=False, residual_in_fp32=True, rms_norm=True, tie_word_embeddings=False, time_step_floor=0.0001, time_step_init_scheme="random", time_step_limit=[0.0, 1e9], time_step_max=0.1, time_step_min=0.001, time_step_rank="auto", time_step_scale=1.0, use_bias=False, use_conv_bias=True)),
    ],
    "olmo2": [
        ("Olmo2ForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("Olmo2ForCausalLM", dict(TEXT, num_key_value_heads=None, tie_word_embeddings=True)),
        ("Olmo2Model", dict(WIDE)),
        ("Olmo2ForCausalLM", dict(OLD, **ROPE, **GQA, architectures=["Olmo2ForCausalLM"], model_type="olmo2", attention_bias=False, pad_token_id=1, tie_word_embeddings=False)),
    ],
    "starcoder2": [
        ("Starcoder2ForCausalLM", dict(WIDE, dtype="bfloat16")),
        ("Starcoder2ForCausalLM", dict(WIDE, use_bias=False, tie_word_embeddings=False)),
        ("Starcoder2Model", dict(GQA)),
        ("Starcoder2ForCausalLM", dict(OLD, **GQA, architectures=["Starcoder2ForCausalLM"], model_type="starcoder2", activation_function="gelu", attention_dropout=0.1, attention_softmax_in_fp32=True, embedding_dropout=0.1, hidden_act="gelu_pytorch_tanh", layer_norm_epsilon=1e-5, mlp_type="default", norm_epsilon=1e-5, norm_type="layer_norm", residual_dropout=0.1, rope_theta=999999.4, scale_attention_softmax_in_fp32=True, scale_attn_weights=True, sliding_window=4096, use_bias=True)),
    ],
    "falcon": [
        ("FalconForCausalLM", dict(FALCON, bias=True, ffn_hidden_size=88, dtype="bfloat16")),
        ("FalconForCausalLM", dict(FALCON, new_decoder_architecture=True, num_kv_heads=2, tie_word_embeddings=False)),
        ("FalconForCausalLM", dict(FALCON, new_decoder_architecture=True, num_kv_heads=2, num_ln_in_parallel_attn=1)),
        ("FalconForCausalLM", dict(FALCON, new_decoder_architecture=True, num_kv_heads=2, parallel_attn=False)),
        ("FalconForCausalLM", dict(FALCON, multi_query=False, alibi=True, parallel_attn=False, bias=True)),
        ("FalconModel", dict(FALCON, multi_query=False)),
        ("FalconForCausalLM", dict(OLD, **FALCON, architectures=["FalconForCausalLM"], model_type="falcon", alibi=False, apply_residual_connection_post_layernorm=False, attention_dropout=0.0, auto_map={}, bias=False, hidden_dropout=0.0, layer_norm_epsilon=1e-5, multi_query=True, new_decoder_architecture=False, parallel_attn=True)),
        ("FalconForCausalLM", dict(OLD, **FALCON, architectures=["FalconForCausalLM"], model_type="falcon", alibi=False, bias=False, hidden_dropout=0.0, multi_query=True, new_decoder_architecture=True, num_kv_heads=3, parallel_attn=True)),
    ],
    "bloom": [
        ("BloomForCausalLM", dict(vocab_size=211, hidden_size=48, n_layer=2, n_head=6, dtype="bfloat16")),
        ("BloomForCausalLM", dict(vocab_size=211, hidden_size=48, n_layer=2, n_head=6, tie_word_embeddings=False)),
        ("BloomModel", dict(vocab_size=211, hidden_size=48, n_layer=2, n_head=6)),
        ("BloomForCausalLM", dict(apply_residual_connection_post_layernorm=False, architectures=["BloomForCausalLM"], attention_dropout=0.0, attention_softmax_in_fp32=True, bias_dropout_fusion=True, bos_token_id=1, eos_token_id=2, hidden_dropout=0.0, initializer_range=0.02, layer_norm_epsilon=1e-5, masked_softmax_fusion=True, model_type="bloom", n_embed=48, n_inner=None, n_layer=2, num_attention_heads=6, offset_alibi=100, pad_token_id=3, pretraining_tp=1, seq_length=4096, skip_bias_add=True, skip_bias_add_qkv=False, slow_but_exact=False, transformers_version="4.21.0", unk_token_id=0, use_cache=True, vocab_size=211)),
    ],
    "dinov2": [
        ("Dinov2Model", dict(DINO, dtype="bfloat16")),
        ("Dinov2Model", dict(DINO, use_swiglu_ffn=True, qkv_bias=False, use_mask_token=False, image_size=[20, 35], patch_size=[4, 5])),
        ("Dinov2ForImageClassification", dict(DINO, num_channels=1, id2label={i: str(i) for i in range(7)})),
        ("Dinov2Model", dict(DINO, apply_layernorm=True, architectures=["Dinov2Model"], attention_probs_dropout_prob=0.0, drop_path_rate=0.0, hidden_act="gelu", hidden_dropout_prob=0.0, initializer_range=0.02, layer_norm_eps=1e-6, layerscale_value=1.0, model_type="dinov2", num_channels=3, out_features=["stage2"], out_indices=[2], qkv_bias=True, reshape_hidden_states=True, stage_names=["stem", "stage1", "stage2"], torch_dtype="float32", transformers_version="4.32.0.dev0", use_swiglu_ffn=False)),
    ],
    "convnext": [
        ("ConvNextForImageClassification", dict(CONVNEXT, id2label={i: str(i) for i in range(7)}, dtype="bfloat16")),
        ("ConvNextModel", dict(CONVNEXT, layer_scale_init_value=0.0, num_channels=1)),
        ("ConvNextForImageClassification", dict(CONVNEXT, architectures=["ConvNextForImageClassification"], drop_path_rate=0.0, hidden_act="gelu", id2label={"0": "a", "1": "b", "2": "c"}, image_size=224, initializer_range=0.02, label2id={"a": 0, "b": 1, "c": 2}, layer_norm_eps=1e-12, layer_scale_init_value=1e-6, model_type="convnext", num_channels=3, torch_dtype="float32", transformers_version="4.18.0.dev0")),
    ],
    "resnet": [
        ("ResNetForImageClassification", dict(RESNET, id2label={i: str(i) for i in range(7)}, dtype="bfloat16")),
        ("ResNetForImageClassification", dict(RESNET, layer_type="basic", num_channels=1, downsample_in_first_stage=True)),
        ("ResNetModel", dict(RESNET, embedding_size=32, layer_type="basic")),
        ("ResNetModel", dict(RESNET, embedding_size=32, hidden_sizes=[32, 48, 48], depths=[1, 2, 1], downsample_in_bottleneck=True)),
        ("ResNetForImageClassification", dict(RESNET, architectures=["ResNetForImageClassification"], downsample_in_first_stage=False, hidden_act="relu", id2label={"0": "a", "1": "b", "2": "c"}, label2id={"a": 0, "b": 1, "c": 2}, layer_type="bottleneck", model_type="resnet", num_channels=3, out_features=None, stage_names=["stem", "stage1", "stage2"], torch_dtype="float32", transformers_version="4.18.0.dev0")),
    ],
    "mt5": [
        ("MT5ForConditionalGeneration", dict(T5, dtype="bfloat16")),
        ("MT5ForConditionalGeneration", dict(T5, feed_forward_proj="relu", tie_word_embeddings=False)),
        ("MT5Model", dict(T5)),
        ("MT5EncoderModel", dict(T5)),
        ("MT5ForConditionalGeneration", dict(architectures=["MT5ForConditionalGeneration"], d_ff=88, d_kv=10, d_model=48, decoder_start_token_id=0, dropout_rate=0.1, eos_token_id=1, feed_forward_proj="gated-gelu", initializer_factor=1.0, is_encoder_decoder=True, layer_norm_epsilon=1e-6, model_type="mt5", num_decoder_layers=2, num_heads=6, num_layers=2, output_past=True, pad_token_id=0, relative_attention_num_buckets=32, tie_word_embeddings=False, tokenizer_class="T5Tokenizer", vocab_size=211)),
    ],
    "umt5": [
        ("UMT5ForConditionalGeneration", dict(T5, dtype="bfloat16")),
        ("UMT5ForConditionalGeneration", dict(T5, feed_forward_proj="relu")),
        ("UMT5Model", dict(T5)),
        ("UMT5EncoderModel", dict(T5)),
        ("UMT5ForConditionalGeneration", dict(T5, architectures=["UMT5ForConditionalGeneration"], decoder_start_token_id=0, dense_act_fn="gelu_new", dropout_rate=0.1, eos_token_id=1, feed_forward_proj="gated-gelu", initializer_factor=1.0, is_encoder_decoder=True, is_gated_act=True, layer_norm_epsilon=1e-6, model_type="umt5", output_past=True, pad_token_id=0, scalable_attention=True, tie_word_embeddings=False, tokenizer_class="T5Tokenizer")),
    ],
    "olmo": [
        ("OlmoForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("OlmoForCausalLM", dict(GQA, tie_word_embeddings=True)),
        ("OlmoModel", dict(TEXT, num_key_value_heads=None)),
        ("OlmoForCausalLM", dict(OLD, **TEXT, architectures=["OlmoForCausalLM"], model_type="olmo", attention_bias=False, attention_dropout=0.0, clip_qkv=None, hidden_act="silu", num_key_value_heads=6, pad_token_id=1, rope_scaling=None, rope_theta=10000.0, tie_word_embeddings=False)),
    ],
    "olmo3": [
        ("Olmo3ForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("Olmo3ForCausalLM", dict(GQA, tie_word_embeddings=True)),
        ("Olmo3Model", dict(TEXT, num_key_value_heads=None)),
    ],
    "granite": [
        ("GraniteForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("GraniteForCausalLM", dict(GQA, mlp_bias=True, tie_word_embeddings=True)),
        ("GraniteModel", dict(TEXT, num_key_value_heads=None)),
        ("GraniteForCausalLM", dict(OLD, **ROPE, **GQA, architectures=["GraniteForCausalLM"], model_type="granite", attention_bias=False, attention_multiplier=0.0078125, embedding_multiplier=12.0, logits_scaling=16.0, mlp_bias=False, residual_multiplier=0.22, tie_word_embeddings=True)),
    ],
    "smollm3": [
        ("SmolLM3ForCausalLM", dict(WIDE, pad_token_id=7, attention_bias=True, tie_word_embeddings=False, dtype="bfloat16")),
        ("SmolLM3ForCausalLM", dict(GQA, pad_token_id=7, mlp_bias=True)),
        ("SmolLM3Model", dict(GQA, pad_token_id=7)),
    ],
    "stablelm": [
        ("StableLmForCausalLM", dict(GQA, use_qkv_bias=True, dtype="bfloat16")),
        ("StableLmForCausalLM", dict(GQA, qk_layernorm=True, tie_word_embeddings=True)),
        ("StableLmForCausalLM", dict(GQA, use_parallel_residual=True)),
        ("StableLmModel", dict(GQA)),
        ("StableLmForCausalLM", dict(OLD, **GQA, architectures=["StableLmForCausalLM"], model_type="stablelm", hidden_act="silu", layer_norm_eps=1e-5, partial_rotary_factor=0.25, rope_theta=10000, tie_word_embeddings=False, use_qkv_bias=False)),
    ],
    "cohere": [
        ("CohereForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("CohereForCausalLM", dict(GQA, use_qk_norm=True, tie_word_embeddings=False)),
        ("CohereModel", dict(GQA)),
        ("CohereForCausalLM", dict(OLD, **GQA, architectures=["CohereForCausalLM"], model_type="cohere", attention_bias=False, attention_dropout=0.0, hidden_act="silu", layer_norm_eps=1e-5, logit_scale=0.0625, pad_token_id=0, rope_theta=8000000.0, use_qk_norm=False)),
    ],
    "glm4": [
        ("Glm4ForCausalLM", dict(WIDE, pad_token_id=7, dtype="bfloat16")),
        ("Glm4ForCausalLM", dict(WIDE, pad_token_id=7, attention_bias=False, tie_word_embeddings=True)),
        ("Glm4Model", dict(WIDE, pad_token_id=7)),
    ],
    "gpt_oss": [
        ("GptOssForCausalLM", dict(WIDE, num_local_experts=5, num_experts_per_tok=2, dtype="bfloat16")),
        ("GptOssForCausalLM", dict(WIDE, num_local_experts=3, num_experts_per_tok=2, attention_bias=False, tie_word_embeddings=True)),
        ("GptOssModel", dict(WIDE, num_local_experts=3, num_experts_per_tok=2)),
        ("GptOssForCausalLM", dict(WIDE, architectures=["GptOssForCausalLM"], model_type="gpt_oss", attention_bias=True, attention_dropout=0.0, eos_token_id=2, experts_per_token=2, hidden_act="silu", initial_context_length=4096, initializer_range=0.02, layer_types=["sliding_attention", "full_attention"], num_experts_per_tok=2, num_local_experts=3, output_router_logits=False, pad_token_id=7, rms_norm_eps=1e-5, rope_scaling={"beta_fast": 32.0, "beta_slow": 1.0, "factor": 32.0, "original_max_position_embeddings": 4096, "rope_type": "yarn", "truncate": False}, rope_theta=150000, router_aux_loss_coef=0.9, sliding_window=128, swiglu_limit=7.0, tie_word_embeddings=False, transformers_version="4.55.0.dev0", use_cache=True)),
    ],
    "deepseek_v2": [
        ("DeepseekV2ForCausalLM", dict(LATENT, q_lora_rank=14, n_shared_experts=3, first_k_dense_replace=1, num_hidden_layers=3, dtype="bfloat16")),
        ("DeepseekV2ForCausalLM", dict(LATENT, q_lora_rank=None, n_shared_experts=2, first_k_dense_replace=1, attention_bias=True, mlp_bias=True, tie_word_embeddings=True)),
        ("DeepseekV2Model", dict(LATENT, q_lora_rank=14, n_shared_experts=2, first_k_dense_replace=5, attention_bias=True)),
        ("DeepseekV2ForCausalLM", dict(OLD, **ROPE, **LATENT, architectures=["DeepseekV2ForCausalLM"], attention_bias=False, aux_loss_alpha=0.001, ep_size=1, first_k_dense_replace=1, model_type="deepseek_v2", moe_layer_freq=1, n_group=1, n_shared_experts=2, norm_topk_prob=False, pretraining_tp=1, q_lora_rank=None, routed_scaling_factor=1.0, scoring_func="softmax", seq_aux=True, tie_word_embeddings=False, topk_group=1, topk_method="greedy")),
    ],
    "olmoe": [
        ("OlmoeForCausalLM", dict(GQA, num_experts=11, num_experts_per_tok=2, dtype="bfloat16")),
        ("OlmoeForCausalLM", dict(GQA, num_experts=3, num_experts_per_tok=2, attention_bias=True, tie_word_embeddings=True)),
        ("OlmoeModel", dict(TEXT, num_key_value_heads=None, num_experts=3, num_experts_per_tok=2)),
        ("OlmoeForCausalLM", dict(OLD, **ROPE, **TEXT, architectures=["OlmoeForCausalLM"], model_type="olmoe", attention_bias=False, clip_qkv=None, norm_topk_prob=False, num_experts=3, num_experts_per_tok=2, num_key_value_heads=6, output_router_logits=False, pad_token_id=1, router_aux_loss_coef=0.01, tie_word_embeddings=False)),
    ],
    "helium": [
        ("HeliumForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("HeliumForCausalLM", dict(WIDE, mlp_bias=True, tie_word_embeddings=True)),
        ("HeliumModel", dict(WIDE)),
    ],
    "nemotron": [
        ("NemotronForCausalLM", dict(WIDE, attention_bias=True, dtype="bfloat16")),
        ("NemotronForCausalLM", dict(WIDE, mlp_bias=True, tie_word_embeddings=True)),
        ("NemotronModel", dict(WIDE)),
    ],
    "gpt_neo": [
        ("GPTNeoForCausalLM", dict(vocab_size=211, hidden_size=48, num_layers=2, num_heads=6, attention_types=[[["global", "local"], 1]], max_position_embeddings=37, intermediate_size=88, dtype="bfloat16")),
        ("GPTNeoForCausalLM", dict(vocab_size=211, hidden_size=48, num_layers=2, num_heads=6, attention_types=[[["global", "local"], 1]], max_position_embeddings=37, tie_word_embeddings=False)),
        ("GPTNeoModel", dict(vocab_size=211, hidden_size=48, num_layers=2, num_heads=6, attention_types=[[["global", "local"], 1]], max_position_embeddings=37)),
        ("GPTNeoForCausalLM", dict(activation_function="gelu_new", architectures=["GPTNeoForCausalLM"], attention_dropout=0, attention_layers=["global", "local"], attention_types=[[["global", "local"], 1]], bos_token_id=50256, embed_dropout=0, eos_token_id=50256, gradient_checkpointing=False, hidden_size=48, initializer_range=0.02, intermediate_size=None, layer_norm_epsilon=1e-5, max_position_embeddings=37, model_type="gpt_neo", num_heads=6, num_layers=2, resid_dropout=0, summary_activation=None, summary_first_dropout=0.1, summary_proj_to_labels=True, summary_type="cls_index", summary_use_proj=True, tokenizer_class="GPT2Tokenizer", transformers_version="4.9.0.dev0", use_cache=True, vocab_size=211, window_size=256)),
    ],
    "gpt_bigcode": [
        ("GPTBigCodeForCausalLM", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, n_inner=88, dtype="bfloat16")),
        ("GPTBigCodeForCausalLM", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, multi_query=False, tie_word_embeddings=False)),
        ("GPTBigCodeForCausalLM", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37, multi_query=False, add_cross_attention=True)),
        ("GPTBigCodeModel", dict(vocab_size=211, n_embd=48, n_layer=2, n_head=6, n_positions=37)),
        ("GPTBigCodeForCausalLM", dict(activation_function="gelu", architectures=["GPTBigCodeForCausalLM"], attention_softmax_in_fp32=True, attn_pdrop=0.1, bos_token_id=0, embd_pdrop=0.1, eos_token_id=0, inference_runner=0, initializer_range=0.02, layer_norm_epsilon=1e-5, max_batch_size=None, max_sequence_length=None, model_type="gpt_bigcode", multi_query=True, n_embd=48, n_head=6, n_inner=192, n_layer=2, n_positions=37, pad_key_length=True, pre_allocate_kv_cache=False, resid_pdrop=0.1, scale_attention_softmax_in_fp32=True, scale_attn_weights=True, summary_activation=None, summary_first_dropout=0.1, summary_proj_to_labels=True, summary_type="cls_index", summary_use_proj=True, validate_runner_input=True, vocab_size=211)),
    ],
    "electra": [
        ("ElectraForMaskedLM", dict(TEXT, embedding_size=26, type_vocab_size=3, dtype="bfloat16")),
        ("ElectraForMaskedLM", dict(TEXT, embedding_size=48, tie_word_embeddings=False)),
        ("ElectraModel", dict(TEXT, embedding_size=26)),
        ("ElectraModel", dict(TEXT, embedding_size=26, is_decoder=True, add_cross_attention=True)),
        ("ElectraForPreTraining", dict(TEXT, embedding_size=26)),
        ("ElectraForSequenceClassification", dict(TEXT, embedding_size=26, id2label={i: str(i) for i in range(5)})),
        ("ElectraForPreTraining", dict(TEXT, architectures=["ElectraForPreTraining"], model_type="electra", attention_probs_dropout_prob=0.1, embedding_size=26, hidden_act="gelu", hidden_dropout_prob=0.1, initializer_range=0.02, layer_norm_eps=1e-12, pad_token_id=0, position_embedding_type="absolute", summary_activation="gelu", summary_last_dropout=0.1, summary_type="first", summary_use_proj=True, type_vocab_size=2)),
    ],
    "albert": [
        ("AlbertForMaskedLM", dict(TEXT, embedding_size=26, type_vocab_size=3, num_hidden_layers=4, num_hidden_groups=2, dtype="bfloat16")),
        ("AlbertForMaskedLM", dict(TEXT, embedding_size=26, inner_group_num=2, tie_word_embeddings=False)),
        ("AlbertModel", dict(TEXT, embedding_size=26)),
        ("AlbertForSequenceClassification", dict(TEXT, embedding_size=26, id2label={i: str(i) for i in range(5)})),
        ("AlbertForMaskedLM", dict(TEXT, architectures=["AlbertForMaskedLM"], model_type="albert", attention_probs_dropout_prob=0, classifier_dropout_prob=0.1, down_scale_factor=1, embedding_size=26, gap_size=0, hidden_act="gelu_new", hidden_dropout_prob=0, initializer_range=0.02, inner_group_num=1, layer_norm_eps=1e-12, net_structure_type=0, num_hidden_groups=1, num_memory_blocks=0, pad_token_id=0, type_vocab_size=2)),
    ],
    "bart": [
        ("BartForConditionalGeneration", dict(BART, dtype="bfloat16")),
        ("BartForConditionalGeneration", dict(BART, tie_word_embeddings=False)),
        ("BartModel", dict(BART)),
        ("BartForConditionalGeneration", dict(BART, _num_labels=3, architectures=["BartForConditionalGeneration"], activation_dropout=0.0, activation_function="gelu", add_bias_logits=False, add_final_layer_norm=False, attention_dropout=0.0, bos_token_id=0, classif_dropout=0.0, classifier_dropout=0.0, decoder_layerdrop=0.0, decoder_start_token_id=2, dropout=0.1, encoder_layerdrop=0.0, eos_token_id=2, force_bos_token_to_be_generated=True, init_std=0.02, is_encoder_decoder=True, model_type="bart", normalize_before=False, normalize_embedding=True, num_hidden_layers=2, output_past=True, pad_token_id=1, scale_embedding=False, static_position_embeddings=False)),
    ],
    "deit": [
        ("DeiTModel", dict(VIT, dtype="bfloat16")),
        ("DeiTModel", dict(VIT, image_size=[20, 35], patch_size=[4, 5], qkv_bias=False, pooler_output_size=26)),
        ("DeiTForImageClassification", dict(VIT, num_channels=1, id2label={i: str(i) for i in range(7)})),
        ("DeiTForImageClassificationWithTeacher", dict(VIT, id2label={i: str(i) for i in range(7)})),
    ],
    "dinov2_with_registers": [
        ("Dinov2WithRegistersModel", dict(DINO, num_register_tokens=3, dtype="bfloat16")),
        ("Dinov2WithRegistersModel", dict(DINO, use_swiglu_ffn=True, qkv_bias=False, image_size=[20, 35], patch_size=[4, 5])),
        ("Dinov2WithRegistersForImageClassification", dict(DINO, num_channels=1, id2label={i: str(i) for i in range(7)})),
    ],
    "convnextv2": [
        ("ConvNextV2ForImageClassification", dict(CONVNEXT, id2label={i: str(i) for i in range(7)}, dtype="bfloat16")),
        ("ConvNextV2Model", dict(CONVNEXT, num_channels=1)),
        ("ConvNextV2ForImageClassification", dict(CONVNEXT, architectures=["ConvNextV2ForImageClassification"], drop_path_rate=0.0, hidden_act="gelu", id2label={"0": "a", "1": "b", "2": "c"}, image_size=224, initializer_range=0.02, label2id={"a": 0, "b": 1, "c": 2}, layer_norm_eps=1e-12, model_type="convnextv2", num_channels=3, torch_dtype="float32")),
    ],
}
