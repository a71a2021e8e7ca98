"""Small models of timm: its name, and what differs."""

VIT = dict(img_size=32, patch_size=8, embed_dim=128, depth=2, num_heads=4, num_classes=10)

FAMILIES = {
    "timm_resnet18": ("resnet18", dict(layers=(1, 1, 1, 2), channels=(16, 32, 48, 64), num_classes=10)),
    "timm_resnet50": ("resnet50", dict(layers=(1, 1, 1, 2), channels=(16, 32, 48, 64), num_classes=10)),
    "timm_vit": ("vit_base_patch16_224", VIT),
    "timm_vit_dinov2": ("vit_small_patch14_reg4_dinov2", VIT),
    "timm_deit3": ("deit3_small_patch16_224", VIT),
    "timm_beit": ("beit_base_patch16_224", dict(VIT, depth=3)),
    "timm_eva02": ("eva02_tiny_patch14_224", dict(VIT, depth=3)),
    "timm_swin": ("swin_tiny_patch4_window7_224", dict(img_size=56, embed_dim=32, depths=(1, 2), num_heads=(2, 4), num_classes=10)),
    "timm_convnext": ("convnext_tiny", dict(depths=(1, 1, 1, 2), dims=(16, 32, 48, 64), num_classes=10)),
    "timm_convnextv2": ("convnextv2_tiny", dict(depths=(1, 1, 1, 2), dims=(16, 32, 48, 64), num_classes=10)),
    "timm_efficientnet": ("efficientnet_b0", dict(num_classes=10)),
    "timm_mobilenetv4": ("mobilenetv4_conv_small", dict(num_classes=10)),
    "timm_regnet": ("regnety_002", dict(num_classes=10)),
    "timm_repvgg": ("repvgg_a0", dict(num_classes=10)),
    "timm_mixer": ("mixer_s16_224", dict(img_size=64, num_classes=10)),
}
