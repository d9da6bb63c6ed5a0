"""A Terraform provider for the local cloud: Terraform's plugin protocol over botocore calls to an emulated AWS."""
