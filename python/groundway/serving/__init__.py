"""One inference server: SageMaker's contract, the Open Inference Protocol and Prometheus metrics."""
