"""The guide, walked over HTTP by its cast, against whatever gateway it is given."""
