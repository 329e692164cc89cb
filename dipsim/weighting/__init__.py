"""From a group to a case's points: group points, deviation from the mean cost, hospital factor."""
