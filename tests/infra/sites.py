"""Where the constructs of these tests stand."""

from infra.site import Site

DEV = Site(prefix="groundway-dev", environment="dev", account="111111111111", region="eu-west-1")
