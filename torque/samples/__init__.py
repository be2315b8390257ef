from torque.samples.load import NAMES, load_samples, sample_document

__all__ = ["NAMES", "load_samples", "sample_document"]
