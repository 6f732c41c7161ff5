"""Backbones from ONNX image encoders in files."""
