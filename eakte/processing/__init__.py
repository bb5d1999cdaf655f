"""What is done to every new version?"""
