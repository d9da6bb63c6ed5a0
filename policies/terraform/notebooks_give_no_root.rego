package main

import data.lib.terraform as tf

# METADATA
# title: Notebooks give nobody root, and answer version 2 of the metadata service only
# description: >-
#   Root turns off what watches the notebook, and the old metadata service hands its role to whatever page was made to
#   fetch it. Libraries install without root.
# custom:
#   severity: high
#   controls: [AWS FSBP SageMaker.3, NIST 800-53 AC-6, NIST 800-53 CM-7]
#   mend: >-
#     Set root_access = "Disabled" and instance_metadata_service_configuration with
#     minimum_instance_metadata_service_version = "2".
#   types: [aws_sagemaker_notebook_instance]
#   breaks:
#     - insert: {aws_sagemaker_notebook_instance: {name: x,
#         instance_metadata_service_configuration: {minimum_instance_metadata_service_version: "2"}}}
#     - insert: {aws_sagemaker_notebook_instance: {name: x, root_access: Enabled}}
#     - insert: {aws_sagemaker_notebook_instance: {name: x, root_access: Disabled}}
deny_ml contains tf.finding("notebooks_give_no_root", notebook, root, message) if {
	some notebook in tf.of("aws_sagemaker_notebook_instance")
	root := object.get(notebook.values, "root_access", null)
	not without_root(notebook.values)
	message := "must give no root and no old metadata service"
}

without_root(notebook) if {
	notebook.root_access == "Disabled"
	path := ["instance_metadata_service_configuration", "minimum_instance_metadata_service_version"]
	tf.at(notebook, path, null) == "2"
}
