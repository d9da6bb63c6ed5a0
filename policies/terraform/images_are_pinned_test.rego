package images_are_pinned_test

import data.lib.example

rule := "images_are_pinned"

registry := "1.dkr.ecr.eu-west-1.amazonaws.com/server"

digest := sprintf("%s@sha256:%s", [registry, concat("", [c | some i in numbers.range(1, 64); c := "a"])])

model(image) := {"primary_container": {"image": sprintf("%s%s", [registry, image])}}

test_names_of_images if {
	example.verdicts(rule, {"resource": {"aws_sagemaker_model": {
		"digest": {"primary_container": [{"image": digest}]},
		"tag": model(":1.4.2"),
		"tag_with_v": model(":v2"),
		"repository_of_ours": {"container": [{"image": "${aws_ecr_repository.ours.repository_url}:2026.11"}]},
		"no_image": {"primary_container": {"model_package_name": "x"}},
		"latest": model(":latest"),
		"branch": model(":main"),
		"no_tag": model(""),
		"no_tag_of_ours": {"primary_container": {"image": "${aws_ecr_repository.ours.repository_url}"}},
		"short_digest": model("@sha256:abc"),
		"port_is_no_tag": {"primary_container": {"image": "registry:5000/server"}},
		"one_of_two": {"container": [{"image": digest}, {"image": registry}]},
	}}}) == {
		"pass": {sprintf("aws_sagemaker_model.%s", [name]) |
			some name in ["digest", "tag", "tag_with_v", "repository_of_ours", "no_image"]
		},
		"fail": {sprintf("aws_sagemaker_model.%s", [name]) |
			some name in ["latest", "branch", "no_tag", "no_tag_of_ours", "short_digest", "port_is_no_tag", "one_of_two"]
		},
	}
}

latest := sprintf("%s:latest", [registry])

# Each type with a pinned image and with a loose one.
places := {
	"aws_apprunner_service": {image: {"source_configuration": {"image_repository": {"image_identifier": image}}} |
		some image in [digest, latest]
	},
	"aws_batch_job_definition": {image: {"container_properties": json.marshal({"image": image})} |
		some image in [digest, latest]
	},
	"aws_codebuild_project": {image: {"environment": {"image": image}} | some image in [digest, latest]},
	"aws_ecs_task_definition": {image: {"container_definitions": json.marshal([{"image": digest}, {"image": image}])} |
		some image in [digest, latest]
	},
	"aws_lambda_function": {image: {"image_uri": image} | some image in [digest, latest]},
	"aws_sagemaker_data_quality_job_definition": {image: {"data_quality_app_specification": {"image_uri": image}} |
		some image in [digest, latest]
	},
	"aws_sagemaker_image_version": {image: {"base_image": image} | some image in [digest, latest]},
}

test_where_images_stand if {
	resources := {type: {"pinned": made[digest], "loose": made[latest]} | some type, made in places}
	example.verdicts(rule, {"resource": resources}) == {
		"pass": {sprintf("%s.pinned", [type]) | some type, _ in places},
		"fail": {sprintf("%s.loose", [type]) | some type, _ in places},
	}
}

test_functions_from_archives_have_none if {
	example.verdicts(rule, {"resource": {"aws_lambda_function": {"archive": {"filename": "f.zip"}}}}).fail == set()
}

# What a configuration does not say readably fails; the plan of the same may just not know it yet.
test_unreadable if {
	stack := {"resource": {
		"aws_ecs_task_definition": {
			"unreadable": {"container_definitions": "${file(\"x.json\")}"},
			"imageless": {"container_definitions": "[{}]"},
		},
		"aws_batch_job_definition": {"unreadable": {"container_properties": "nginx"}},
	}}
	example.configured(rule, stack).fail == {
		"aws_ecs_task_definition.unreadable",
		"aws_ecs_task_definition.imageless",
		"aws_batch_job_definition.unreadable",
	}
}
