package providers_are_pinned_test

import data.lib.example

aws := example.base.provider.aws[0]

judged(stack) := example.configured("providers_are_pinned", stack).fail

requiring(providers) := judged({"terraform": {"required_providers": providers}})

test_providers_are_pinned if {
	judged({}) == set()
	requiring({"aws": {"version": ">= 6.25.0"}}) == {"stack"}
	requiring({"aws": {"version": "6.24.0"}}) == {"stack"}
	requiring({"aws": {"version": "6.69.1"}}) == set()
	requiring({"aws": {"source": "somebody/aws"}}) == {"stack"}
	requiring({"aws": {"configuration_aliases": ["aws.other"]}}) == {"stack"}
	requiring({"null": {"source": "hashicorp/null", "version": "3.2.3"}}) == {"stack"}
	requiring(null) == {"stack"}
}

test_the_provider_has_its_place_and_tags_alone if {
	judged({"provider": {"aws": [aws, object.union(aws, {"alias": "other"})]}}) == set()
	judged({"provider": {"aws": [object.union(aws, {"access_key": "AKIA"})]}}) == {"stack"}
	judged({"provider": {"aws": [aws, object.union(aws, {"endpoints": [{"s3": "https://example.org"}]})]}}) == {"stack"}
	judged({"provider": {"http": [{}]}}) == {"stack"}
}
