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
}
