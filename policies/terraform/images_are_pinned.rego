package main

import data.lib.terraform as tf

# METADATA
# title: Container images are named by digest, or by a version
# description: >-
#   `latest` is whatever somebody pushed last: what was reviewed, scanned and tested is not what runs tomorrow, and
#   nothing tells which it was yesterday.
# custom:
#   severity: high
#   controls: [NIST 800-53 CM-2, NIST 800-53 SI-7, NIST 800-53 SR-4]
#   mend: Name the image with @sha256:..., or with the tag of a version.
#   types:
#     - aws_apprunner_service
#     - aws_batch_job_definition
#     - aws_codebuild_project
#     - aws_ecs_task_definition
#     - aws_lambda_function
#     - aws_sagemaker_data_quality_job_definition
#     - aws_sagemaker_image_version
#     - aws_sagemaker_model
#   breaks:
#     - insert: {aws_ecs_task_definition: {family: x, container_definitions: '[{"name": "a",
#         "image": "nginx:latest"}]'}}
#     - insert: {aws_ecs_task_definition: {family: x, container_definitions: "${file(\"x.json\")}"}}
#     - insert: {aws_batch_job_definition: {name: x, type: container, container_properties: '{"image": "nginx"}'}}
#     - insert: {aws_sagemaker_model: {name: x,
#         primary_container: {image: "1.dkr.ecr.eu-west-1.amazonaws.com/server:latest"}}}
#     - insert: {aws_sagemaker_model: {name: x, container: [{image: "1.dkr.ecr.eu-west-1.amazonaws.com/server"}]}}
#     - insert: {aws_lambda_function: {function_name: x, image_uri: "1.dkr.ecr.eu-west-1.amazonaws.com/f:latest"}}
#     - insert: {aws_codebuild_project: {name: x, environment: {image: "aws/codebuild/standard:latest"}}}
deny_compute contains tf.finding("images_are_pinned", user, image, "must name its image by digest or version") if {
	some [user, image] in images_used
	not pinned_image(image)
}

# A plan that does not know the text yet is of a configuration that is judged as well.
deny_compute contains tf.finding("images_are_pinned", user, text, "must name its images readably, as JSON") if {
	some type, attribute in {
		"aws_batch_job_definition": "container_properties",
		"aws_ecs_task_definition": "container_definitions",
	}
	some user in tf.of(type)
	text := user.values[attribute]
	not json.is_valid(text)
	tf.configuration
}

images_used contains [user, image] if {
	some type, path in {
		"aws_apprunner_service": ["source_configuration", "image_repository", "image_identifier"],
		"aws_codebuild_project": ["environment", "image"],
		"aws_lambda_function": ["image_uri"],
		"aws_sagemaker_data_quality_job_definition": ["data_quality_app_specification", "image_uri"],
		"aws_sagemaker_image_version": ["base_image"],
	}
	some user in tf.of(type)
	image := tf.at(user.values, path, null)
	not image in {null, ""}
}

images_used contains [model, image] if {
	some model in tf.of("aws_sagemaker_model")
	some name in ["container", "primary_container"]
	some container in tf.blocks(model.values, name)
	image := container.image
	not image in {null, ""}
}

images_used contains [user, object.get(container, "image", "")] if {
	some type, attribute in {
		"aws_batch_job_definition": "container_properties",
		"aws_ecs_task_definition": "container_definitions",
	}
	some user in tf.of(type)
	text := user.values[attribute]
	json.is_valid(text)
	some container in containers_in(json.unmarshal(text))
}

containers_in(definitions) := definitions if is_array(definitions)

containers_in(definition) := [definition] if is_object(definition)

pinned_image(image) if regex.match(`@sha256:[0-9a-f]{64}$`, image)

pinned_image(image) if {
	regex.match(`:v?\d[^:/@{}]*$`, image)
}
