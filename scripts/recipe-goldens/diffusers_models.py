"""Small models of diffusers: its class, and what differs."""

BLOCKS = dict(down_block_types=("CrossAttnDownBlock2D", "DownBlock2D"), block_out_channels=(32, 64), layers_per_block=1,
              cross_attention_dim=48, attention_head_dim=8, norm_num_groups=8)

# A buffer: sines and cosines of two coordinates, which no rule makes.
LEFT_OUT = ["pos_embed.pos_embed"]

FAMILIES = {
    "diffusers_unet": ("UNet2DConditionModel", dict(BLOCKS, up_block_types=("UpBlock2D", "CrossAttnUpBlock2D"), sample_size=8, class_embed_type="timestep", addition_embed_type="text", encoder_hid_dim=40, encoder_hid_dim_type="text_proj")),
    "diffusers_vae": ("AutoencoderKL", dict(down_block_types=("DownEncoderBlock2D",) * 2, up_block_types=("UpDecoderBlock2D",) * 2, block_out_channels=(32, 64), norm_num_groups=8)),
    "diffusers_flux": ("FluxTransformer2DModel", dict(in_channels=16, num_layers=2, num_single_layers=2, attention_head_dim=16, num_attention_heads=4, joint_attention_dim=48, pooled_projection_dim=40, axes_dims_rope=(4, 6, 6), guidance_embeds=True)),
    "diffusers_sd3": ("SD3Transformer2DModel", dict(sample_size=8, num_layers=2, attention_head_dim=16, num_attention_heads=4, joint_attention_dim=48, caption_projection_dim=64, pooled_projection_dim=40, pos_embed_max_size=8, qk_norm="rms_norm", dual_attention_layers=(0,))),
    "diffusers_dit": ("DiTTransformer2DModel", dict(num_attention_heads=4, attention_head_dim=16, in_channels=4, num_layers=2, sample_size=8, num_embeds_ada_norm=10)),
    "diffusers_controlnet": ("ControlNetModel", dict(BLOCKS, conditioning_embedding_out_channels=(16, 32))),
}
